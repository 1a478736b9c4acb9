"""What the demo's council has to read and decide: plainly invented, as all the demo is.

In: nothing. Out: rows of the registers analys, dagordning and lagkrav, and one file of
evidence. Used by ``registers``.
"""

from __future__ import annotations

OPEN = {"agare": "kommun", "synlighet": "offentlig"}
COUNCIL = {"agare": "kommun", "synlighet": "radet"}
BEFORE, NOW = "2026-K2", "2026-K3"
EVIDENCE = "pahittad_overenskommelse.txt"
EVIDENCE_TEXT = (
    "Påhittad överenskommelse mellan påhittade kommunen och påhittade polisen.\n"
    "Syfte: att färre utsätts för brott. Områden: ANDTS, våld i nära relationer,\n"
    "trygghet.\n"
)
_ROLE = {"roll": "påhittad samordnare"}

ANALYSES = (
    {
        "kvartal": BEFORE,
        "bedomning": "Påhittad bedömning: kvartalet liknar det förra. Exempelrådet "
        "följer bostadsinbrotten vidare och ser inget annat som kräver nya åtgärder.",
        "konsekvenser": "Påhittade följder: boende i två områden säger att de oroar "
        "sig.",
        "orsaker": "Påhittad orsak: villor med insyn från en gångväg.",
        "kommande": "Påhittat evenemang i Centrum i augusti.",
        "osakerhet": "Många brott anmäls aldrig, så bilden är inte hela läget.",
        **_ROLE,
        **OPEN,
    },
    {
        "kvartal": BEFORE,
        "tema": "andts",
        "bedomning": "Påhittad bedömning: inget i kvartalet talar för en ny riktning.",
        "konsekvenser": "Påhittade följder: några föräldrar ringer oftare.",
        "orsaker": "Påhittad orsak: lovet började tidigt.",
        **_ROLE,
        **OPEN,
    },
    {
        "kvartal": BEFORE,
        "tema": "trygghet",
        "bedomning": "Påhittad bedömning: mörka gångvägar är det som boende nämner "
        "först.",
        "konsekvenser": "Påhittade följder: några går omvägar om kvällen.",
        "orsaker": "Påhittad orsak: lampor som har slocknat och inte bytts.",
        **_ROLE,
        **OPEN,
    },
    {
        "kvartal": NOW,
        "bedomning": "Påhittad bedömning: inbrotten i Norrängen och Kvarnbacken hänger "
        "ihop. De sker dagtid i villor nära gångvägen mot sjön.\n"
        "Vi föreslår att rådet samlar kraften på villainbrotten fram till nyår.",
        "konsekvenser": "Påhittade följder: flera som har drabbats undviker att resa "
        "bort. Kostnaden för kommunen är liten, för de boende är den stor.",
        "orsaker": "Påhittad orsak: insyn från gångvägen, och hus som står tomma på "
        "dagarna.",
        "kommande": "Påhittat: mörkare kvällar och höstlov i november.",
        "osakerhet": "Två påhittade delområden svarar sällan i dialogerna.",
        **_ROLE,
        **OPEN,
    },
    {
        "kvartal": NOW,
        "tema": "andts",
        "bedomning": "Påhittad bedömning: polisen har letat mer efter narkotika vid "
        "Stationen. Det säger mer om arbetet än om användningen.",
        "konsekvenser": "Påhittade följder: fler ungdomar har fått kontakt med stöd.",
        "orsaker": "Påhittad orsak: en satsning under augusti.",
        **_ROLE,
        **OPEN,
    },
    {
        "kvartal": NOW,
        "tema": "trygghet",
        "bedomning": "Påhittad bedömning: belysningen blir bättre, men fler nämner "
        "buskörning än i våras.",
        "konsekvenser": "Påhittade följder: föräldrar skjutsar barn som kunde gå.",
        "orsaker": "Påhittad orsak: en ny genväg för mopeder.",
        **_ROLE,
        **OPEN,
    },
)

AGENDA = (
    {
        "kvartal": BEFORE,
        "mote": "2026-08-27",
        "forslag": "Ge driftchefen i uppdrag att byta lamporna längs gångvägen.",
        "skal": "Boende i två områden nämner den först.",
        "beslutat": "2026-08-27",
        "utfall": "Beslutat. 40 påhittade lampor är bytta.",
        **_ROLE,
        **COUNCIL,
    },
    {
        "kvartal": NOW,
        "mote": "2026-11-05",
        "forslag": "Ge säkerhetssamordnaren i uppdrag att besöka villaägarna i "
        "Kvarnbacken före 1 december.",
        "skal": "Åtgärden skulle ha varit klar 31 augusti.",
        **_ROLE,
        **COUNCIL,
    },
    {
        "kvartal": NOW,
        "mote": "2026-11-05",
        "forslag": "Pröva nattvandringen i Centrum på nytt, i en annan form.",
        "skal": "Ingen effekt av den syns i siffrorna.",
        **_ROLE,
        **COUNCIL,
    },
    {
        "kvartal": NOW,
        "mote": "2026-11-05",
        "forslag": "Lämna årets rapport till kommunfullmäktige i december.",
        "skal": "Lagen (2023:196) 13 § kräver det.",
        **_ROLE,
        **COUNCIL,
    },
)

LAW = (
    {
        "paragraf": "8-9",
        "status": "klart",
        "fil": EVIDENCE,
        "datum": "2025-02-03",
        **OPEN,
    },
    # said to be done, and nothing shows it
    {"paragraf": "11-12", "status": "klart", **OPEN},
)

DECIDED = {
    "lägesbild": ("2025-03-10", "Den gemensamma lägesbilden är uppdaterad."),
    "åtgärdsplan": ("2025-03-10", "Åtgärdsplanen gäller."),
    "uppföljning": ("2024-11-04", "Åtgärdsplanen är följd upp."),
    "annan planering": ("2025-05-12", "Planen följer med i översiktsplanen."),
    "strategiskt råd": ("2024-02-05", "Exempelrådet är tillsatt."),
    "rapport till fullmäktige": ("2025-12-11", "Årets rapport är lämnad."),
}
"""Kind of decision → day and what; the municipality's own."""
