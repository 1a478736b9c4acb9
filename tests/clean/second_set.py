"""A second set of texts for the masker, written without reading it.

In: nothing. Out: `planted_texts` (free sentences with personal data in them, as a
report of an offence or a fault has) and `lookalikes` (texts that hold what only
looks like it). Everything is invented: birth numbers 980-999 and telephone numbers
are from the series set aside for tests and fiction, letters of plates are among
those never issued, coordinates lie in open sea, surnames and places do not exist.

In a template, ``{kind}`` is planted and ``⟦…⟧`` must be left as it is.
"""

import random
import re
from dataclasses import dataclass

_SLOT = re.compile(r"\{(\w+)\}")
_KEPT = re.compile(r"⟦(.*?)⟧")
_PARTICLES = {"von", "af", "de", "al", "ibn"}


@dataclass(frozen=True)
class Planted:
    """One text, the (kind, datum) pairs planted in it and the parts to be left."""

    text: str
    data: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class Lookalike:
    """One text without personal data, what it is like and the part to be left."""

    kind: str
    text: str
    kept: str


def survives(datum: str, masked: str, kind: str) -> bool:
    """Say whether a datum, or a part that still points at the person, is left."""
    if datum in masked:
        return True
    shortest = 2 if kind.startswith("namn") else 3
    host = re.split(r"\W*(?:@|\(at\)|\[at\]|snabel-a|\bat\b)\W*", datum)[0]
    parts = re.split(r"[^0-9A-Za-zÅÄÖåäöéü]+", host if kind == "epost" else datum)
    telling = [p for p in parts if len(p) >= shortest and p not in _PARTICLES]
    return any(re.search(rf"\b{re.escape(part)}\b", masked) for part in telling)


# --- the data ---------------------------------------------------------------


def _check_digit(nine: str) -> str:
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(nine))
    return str(-sum(sum(divmod(n, 10)) for n in doubled) % 10)


_IDENTITY_FORMS = (
    "{yy}{md}-{last}",
    "{cc}{yy}{md}-{last}",
    "{yy}{md}{last}",
    "{cc}{yy}{md}{last}",
    "{yy}{md} {last}",
    "{cc}{yy}{md} {last}",
    "{yy}{md} - {last}",
    "{yy}{md}–{last}",
    "{yy}{md}\N{NON-BREAKING HYPHEN}{last}",
    "{yy}{md}\N{MINUS SIGN}{last}",
    "{cc}{yy}-{m}-{d}-{last}",
    "{cc}{yy}-{m}-{d} {last}",
    "{cc}{yy} {m} {d} {last}",
    "{yy} {m} {d}-{last}",
    "{yy}-{m}-{d}-{last}",
    "{yy}{md}\N{NO-BREAK SPACE}{last}",
    "{yy}.{m}.{d}-{last}",
    "{yy}{md} -{last}",
)


def _identity(rng: random.Random, added_to_day: int = 0, last: str = "") -> str:
    year, month, day = rng.randint(1938, 2012), rng.randint(1, 12), rng.randint(1, 28)
    cc, yy = divmod(year, 100)
    values = {"cc": f"{cc}", "yy": f"{yy:02}", "m": f"{month:02}"}
    values["d"] = f"{day + added_to_day:02}"
    values["md"] = values["m"] + values["d"]
    nine = f"{values['yy']}{values['md']}{rng.randint(980, 999)}"
    values["last"] = last or nine[-3:] + _check_digit(nine)
    forms = _IDENTITY_FORMS[:2] if last else _IDENTITY_FORMS
    return rng.choice(forms).format(**values)


def _hundred(rng: random.Random) -> str:
    nine = f"{rng.randint(10, 25)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}" + str(
        rng.randint(980, 999)
    )
    return f"{nine[:6]}+{nine[6:]}{_check_digit(nine)}"


def _reserve(rng: random.Random) -> str:
    last = rng.choice(
        ["T{:03}", "P{:03}", "R{:03}", "TF{:02}", "M{:03}", "XXXX", "xxxx", "****"]
    )
    return _identity(rng, last=last.format(rng.randint(1, 99)))


def _telephone(rng: random.Random) -> str:
    n = f"{rng.randint(0, 94) + 5:02}"
    area, rest = rng.choice(
        [
            ("70", f"17406{n}"),
            ("8", f"465004{n}"),
            ("31", f"39006{n}"),
            ("40", f"62804{n}"),
            ("980", f"3192{n}"),
        ]
    )
    head = len(rest) % 2 and 3 or 2
    pairs = [rest[:head], *(rest[i : i + 2] for i in range(head, len(rest), 2))]
    threes = [rest[:3], rest[3:6], rest[6:]] if len(rest) == 8 else pairs
    spaced, dotted = " ".join(pairs), ".".join(pairs)
    return rng.choice(
        [
            f"0{area}-{spaced}",
            f"0{area}-{rest}",
            f"0{area}{rest}",
            f"0{area} {spaced}",
            f"0{area} {rest}",
            f"0{area}/{spaced}",
            f"0{area}/{rest}",
            f"0{area} - {spaced}",
            f"0{area}–{spaced}",
            f"0{area}.{dotted}",
            f"(0{area}) {spaced}",
            f"0{area}-{' '.join(threes).strip()}",
            f"0{area}-{'-'.join(pairs)}",
            f"+46{area}{rest}",
            f"+46 {area} {spaced}",
            f"+46 {area} {rest}",
            f"+46 (0){area}-{spaced}",
            f"+46(0){area}{rest}",
            f"+46-{area}-{rest}",
            f"+46 0{area} {spaced}",
            f"0046{area}{rest}",
            f"0046 {area} {spaced}",
            f"0046-{area}-{spaced}",
            f"0{area}\N{NO-BREAK SPACE}{spaced}",
            f"0{area}\N{NON-BREAKING HYPHEN}{spaced}",
        ]
    )


def _local_number(rng: random.Random) -> str:
    n = f"{rng.randint(0, 99):02}"
    return rng.choice([f"31 92 {n}", f"3192{n}", f"465 004 {n}", f"390 06 {n}"])


_FIRST = """Anna Lars Karl-Erik Åsa Göran Birgitta Mohamed Fatima Ewa Jukka Amina
Örjan Nils Märta Zoran Li Sven-Olof Ann-Marie Yusuf Elin Ida Bo Tuula Dragan Ulf
Émilie Hodan Kjell-Åke Noor Per""".split()
_LAST = """Lingonkvist Blåbärsström Kottegren Mossfors Granbarr Påhittsson Exempelsson
Tallkottedal Kantarellin Skvattramsson Ljungtuva Björnbärlund Al-Exempeli Provska
Testinen Provović Tranbärstedt Rönnbärsberg Hittepåsson Enrisdotter""".split()
_HOSTS = ("exempel.se", "post.exempel.se", "example.com", "test-brev.nu", "prov.org")


def _name(rng: random.Random) -> str:
    first, other, last = rng.choice(_FIRST), rng.choice(_FIRST), rng.choice(_LAST)
    return rng.choice(
        [
            f"{first} {last}",
            f"{first} {last}",
            f"{first} {last}",
            f"{first} {other} {last}",
            f"{first} {last}-{rng.choice(_LAST[:6])}",
            f"{first} {last} {rng.choice(_LAST[:6])}",
            f"{first} von {last}",
            f"{first} af {last}",
            f"{first[0]}. {last}",
            f"{first} {last[0]}.",
            f"{last}, {first}",
            f"{first} {other[0]} {last}",
            f"{first.upper()} {last.upper()}",
            f"{last.upper()}, {first.upper()}",
            f"{first} {last.upper()}",
        ]
    )


def _first_name(rng: random.Random) -> str:
    return rng.choice(_FIRST)


def _email(rng: random.Random) -> str:
    first, last = rng.choice(_FIRST).lower(), rng.choice(_LAST).lower()
    first = first.translate(str.maketrans("åäöé", "aaoe"))
    host = rng.choice(_HOSTS)
    user = rng.choice(
        [f"{first}.{last}", f"{first}_{last}", f"{first}{rng.randint(10, 99)}"]
        + [f"{first}+fel", f"{last}-{first}"]
    )
    return rng.choice(
        [f"{user}@{host}"] * 3
        + [f"{user}@{host}".upper(), f"{user} @ {host}", f"{user}(at){host}"]
        + [f"{user} (at) {host}", f"{user} [at] {host}", f"{user} snabel-a {host}"]
        + [f"{user} at {host}", f"{user}[at]{host.replace('.', '[dot]')}"]
        + [f"{user} (at) {host.replace('.', ' (punkt) ')}"]
    )


_LETTERS = "ZUP ZPY WAM XTZ LOJ HKH NYP LEM ZUG MLB NRP XXL".split()


def _plate(rng: random.Random) -> str:
    letters, digits = rng.choice(_LETTERS), f"{rng.randint(1, 999):03}"
    tail = rng.choice([digits, digits, digits[:2] + rng.choice("ABCDEFGHJKLMNPRSTUWXYZ")])
    return rng.choice([f"{letters}{tail}", f"{letters} {tail}"] * 2 + [f"{letters}-{tail}"])


def _small_plate(rng: random.Random) -> str:
    return _plate(rng).lower()


_MAKERS = {
    "personnummer": _identity,
    "hundra": _hundred,
    "samordning": lambda rng: _identity(rng, added_to_day=60),
    "reserv": _reserve,
    "telefon": _telephone,
    "lokaltelefon": _local_number,
    "epost": _email,
    "plat": _plate,
    "plat_gemen": _small_plate,
    "namn": _name,
    "namn_for": _first_name,
    "namn_fritt": _name,
}

# --- the texts --------------------------------------------------------------

_TEMPLATES = """
Målsägande {personnummer} uppger att cykeln stod låst utanför ⟦Lingongatan 12⟧.
Anmälaren (pnr {personnummer}) kom hem ⟦2026-04-12 22:15⟧ och fann dörren uppbruten.
Misstänkt: {personnummer}, gripen på plats ⟦kl. 23.40⟧.
pnr:{personnummer} hördes över telefon {telefon}.
Kvinnan, född {personnummer}, bor på ⟦Exempelvägen 4 B⟧.
Id-kort med nr {personnummer} hittades i buskarna vid ⟦Provgatan 7⟧.
{personnummer} anmäler skadegörelse på garageporten.
Vittne {personnummer}; {namn}; {telefon}.
Ägare enl. registret: {namn} ({personnummer}).
Äldre man, {hundra}, fick väskan ryckt ifrån sig.
Personnumret {hundra} stod på kuvertet som låg på marken.
Mannen har samordningsnummer {samordning}.
Samordningsnr: {samordning}. Saknar fast adress.
Föraren {samordning} körde ⟦ABC-bussen⟧ enligt egen uppgift.
Patienten hade reservnummer {reserv} på armbandet.
Okänd identitet, reservnr {reserv}.
Pojken ({reserv}) togs hem av föräldrarna.
Ring {telefon} så visar jag var hålet är.
Nås på {telefon} efter ⟦kl 17⟧.
Tel: {telefon}. Lampan vid ⟦Lingongatan 3⟧ har varit trasig sedan ⟦12/4 2026⟧.
Mobil {telefon}, annars hem {telefon}.
Vänligen återkoppla till {telefon} eller {epost}!
Gatlyktan blinkar ({telefon}).
tfn {telefon}; stolpe nr ⟦1204⟧
Kontaktuppgift {telefon}, ärende ⟦2026-004512⟧.
Jag bor mittemot, {telefon} går bra dygnet runt.
Larmnumret på skylten var {telefon} men ingen svarade
Telefon {lokaltelefon}, ring före lunch.
Tel {lokaltelefon} dagtid.
Återkom via {epost}.
E-post: {epost}
Skicka svar till {epost}, inte brev.
Bilder skickade från {epost} den ⟦2026-04-12⟧.
Mejla mig på {epost} när det är lagat; väg ⟦272⟧ är avstängd.
Svar önskas ({epost}) om papperskorgen vid ⟦Provparken⟧.
Röd Volvo {plat} lämnade platsen mot ⟦väg 272⟧.
Bil med reg.nr {plat} parkerad på gräsmattan vid ⟦Exempelvägen 12⟧.
Regnr: {plat}
Stulet fordon, {plat}, återfanns ⟦2026-04-14⟧.
Registreringsnummer {plat} eller möjligen {plat}.
En moped ({plat}) kör på gångbanan varje kväll.
Lastbilen {plat} tömde schaktmassor vid ⟦Exempelby 5:12⟧.
Fordonet {plat} har stått på parkeringen sedan ⟦260301⟧.
regnr {plat_gemen} står uppallad
Bilen har reg nr {plat_gemen}.
vit skåpbil, registreringsnr {plat_gemen}, såg skum ut
Anmält av {namn}.
Anmälan upprättad av {namn} ⟦2026-04-12⟧.
Blev slagen av {namn} utanför ⟦Provgatan 7⟧.
Hotades av {namn} och {namn}.
Nyckeln finns hos {namn}.
Bor tillfälligt hos {namn}, ⟦Lingongatan 12⟧.
c/o {namn}, ⟦Exempelvägen 4⟧
Adress: C/O {namn}, ⟦Provgatan 9 B⟧
Bråkade med {namn} på gården.
Samtal med {namn} {telefon}.
Vi har talat med {namn} som såg allt från balkongen.
Anmälare: {namn}
Anmälare {namn}, {telefon}, {epost}.
Anmälaren {namn} hörde glas som krossades ⟦kl. 02.15⟧.
Målsägande: {namn}
Målsäganden {namn} saknar sin mobil.
Målsägare {namn} är underrättad.
MÅLSÄGANDE {namn} ⟦LINGONGATAN 12⟧
Må {namn} vill ha återkoppling.
Vittne: {namn}, bosatt på ⟦Provgatan 3⟧.
Vittnet {namn} pekar ut mannen.
Vittnen är {namn} och {namn}.
Misstänkt {namn} nekar.
Misstänkte {namn} hämtades till förhör.
Grannen {namn} klagar på musiken.
Granne {namn} bekräftar.
Boende: {namn}, lgh ⟦1102⟧.
Hyresgästen {namn} har fått varning.
Hyresgäst {namn} uppsagd.
Enligt {namn} har lampan varit släckt sedan ⟦mars⟧.
Kontaktperson: {namn}, tel {telefon}
Kontakta {namn} på {telefon}.
Ring {namn} innan ni kommer.
Förare: {namn}. Fordon {plat}.
Föraren {namn} ({personnummer}) i {plat} rapporterades.
Ägaren {namn} är bortrest till ⟦15/5⟧.
En man vid namn {namn} satt kvar på bänken.
Hunden tillhör {namn}.
Mannen heter {namn}.
Han kallade sig {namn} men saknade legitimation.
Fru {namn} på ⟦Exempelvägen 4⟧ ringde igen.
Herr {namn} har halkat på isfläcken vid ⟦Provgatan 2⟧.
Mvh {namn}
Hjulspår över planteringen. Med vänlig hälsning {namn}
Trasig gunga i ⟦Provparken⟧. Hälsningar {namn}, {telefon}
Vänliga hälsningar, {namn}, {epost}
Handläggare: {namn}.
Polisassistent {namn} tog emot anmälan.
Skolans rektor {namn} anmäler klotter på fasaden.
Sonen {namn} blev av med sin jacka.
Dottern {namn_for} fick sin cykel stulen.
Sambon {namn_for} var hemma.
Bråk med {namn_for} om parkeringsplatsen.
Blev hotad av {namn_for} i trapphuset.
Cykeln lånades av {namn_for} i ⟦mars⟧.
Var hos {namn_for} hela kvällen.
Anmälare: {namn_for}
Vittnet {namn_for} är åtta år.
Brev till {namn} låg uppsprättat på marken.
Paketet från {namn} saknas.
Hotet riktades mot {namn}.
Fadern {namn}, {personnummer}, {telefon}.
Mamma till pojken: {namn}, {telefon}
Anm. {namn} / {telefon} / {epost}
Uppgiftslämnare {namn} vill vara anonym.
Brottsoffer {namn} erbjuds stöd.
Parkeringsvakten hotades av ägaren till {plat}, {namn}.
Kl ⟦2215⟧ den ⟦260412⟧ sågs {plat} köra från ⟦Lingongatan 12⟧; ägare {namn}.
Koordinat ⟦6650123, 751234⟧. Ring {telefon}.
Position ⟦N 6650123 E 751234⟧, anmält av {namn}.
Fastighet ⟦Exempelby 5:12⟧, ägare {namn}, {personnummer}.
Brottskod ⟦0801⟧, målsägande {personnummer}, tel {telefon}.
Beloppet ⟦1 250 000 kr⟧ fördes över av {namn}.
"""

_FREE_NAMES = """
{namn_fritt} såg två personer springa från platsen.
{namn_fritt} bor i huset mittemot.
Samma sak hände {namn_fritt} förra veckan.
Det var {namn_fritt} som ringde.
Se {namn_fritt}, ⟦Lingongatan 12⟧.
"""

_LOOKALIKES = {
    "fastighet": """⟦Exempelby 5:12⟧ saknar brunnslock|Skräp på fastigheten ⟦Provsätra 1:123⟧
Kvarteret ⟦Räven 12⟧ har ny belysning|⟦Kv. Haren 3⟧, klotter på transformator
Gränsen mot ⟦Exempelby S:4⟧ är nedtrampad|Fastighet ⟦Testhyttan 12:345⟧ översvämmad
⟦Lillprovet GA:7⟧ väg ej plogad|Stamfastighet ⟦Exempelby 19:850⟧""",
    "adress": """Lampa ur funktion ⟦Lingongatan 12⟧|Hål i asfalten vid ⟦Exempelvägen 4 B⟧
⟦Provgatan 12-14⟧ saknar sand|⟦Lingongatan 12, 123 45 Exempelstad⟧
Postadress: ⟦Box 123, 123 21 Exempelstad⟧|⟦S:t Provs gata 3⟧ trasig bänk
Framsidan av ⟦Provgatan 2⟧ är nedklottrad|På baksidan av ⟦Lingongatan 12⟧ ligger glas
I korsningen av ⟦Storgatan och Lillgatan⟧ blinkar ljuset|Hörnet ⟦Provgatan/Lingongatan⟧
Längs med ⟦Exempelvägen⟧ växer slyet|Mellan ⟦Provgatan 3⟧ och ⟦Provgatan 5⟧
Från ⟦Lingongatan⟧ till ⟦Provgatan⟧ är det mörkt|Hos ⟦Lingongatan 12⟧ läcker vatten
Jämsides med ⟦Norra Provgatan 18⟧|Klotter på ⟦Gustav Lingonkvists väg 4⟧
⟦Lingongatan 12 lgh 1102⟧|⟦Lingongatan 12 LGH1102⟧|⟦Provgatan 9 B, 2 tr ög⟧
⟦Provgatan 4, uppg. 3, port B⟧|Utanför ⟦Exempelskolan⟧ ligger grus
Gångbron vid ⟦Norra Provtorget⟧ är hal|Mot ⟦Exempelstad C⟧ saknas skylt
Ena sidan av ⟦Exempelvägen 100⟧ rasade|Enligt ⟦Provgatan 4⟧ är det ⟦Provgatan 6⟧
I höjd med ⟦Exempelvägen 27⟧|Parallellt med ⟦Gamla Provvägen⟧|Vid ⟦Kyrkogatan 3 A⟧
Delar av ⟦Södra Lingongatan⟧ är avstängda|Väster om ⟦Lingonstigen 7 C⟧""",
    "arende": """Ärende ⟦2026-004512⟧ avslutat|Dnr ⟦KS 2026/123⟧|Se K-nummer ⟦5000-K123456-26⟧
Diarienr ⟦BYGG 2026-000123⟧|Felanmälan ⟦FA-26-1234⟧|Polisens ⟦5000-K98765-25⟧ är kopplat
Händelse-id ⟦20260412-0031⟧|Ordernummer ⟦4500123456⟧|Faktura ⟦1000200300⟧
Ref ⟦A2026-17⟧|Ärendenr ⟦202604120017⟧|Stolpe ⟦LP 1204⟧|Brunn ⟦DB 1234⟧
Bro ⟦21-1004-1⟧|Nätstation ⟦N12345⟧|Referens ⟦0004512⟧|Serienr ⟦SN00412345⟧
Ramnummer ⟦WBK0012345678⟧|IMEI ⟦351234567890123⟧|Org.nr ⟦559900-0012⟧
Avvikelse nr ⟦12345678⟧|Rapport ⟦2026:17⟧|Beslut § ⟦123⟧|Mål nr ⟦B 1234-26⟧""",
    "koordinat": """Belysning ur funktion vid ⟦6650123, 751234⟧|Läge ⟦751234 6650123⟧
N ⟦6650123⟧ E ⟦751234⟧|⟦6650123.5, 751234.2⟧|X=⟦6650123⟧ Y=⟦751234⟧
Punkt ⟦59.9012, 19.4512⟧|⟦59,9012 19,4512⟧|⟦59°54'04"N 19°27'04"E⟧
Sweref ⟦6650123/751234⟧|⟦N6650123 E751234⟧|⟦E 751234, N 6650123⟧
Lampa ⟦6650999,751999⟧|Träd fallet ⟦6650001 750001⟧|Brunn ⟦6651000 752000⟧
⟦6650 123, 751 234⟧|⟦751112 6650812⟧ ska lagas|Karta ⟦6650404;750404⟧
Sweref 99 18 00: ⟦6651234, 180123⟧|RT 90 ⟦6651234 1751234⟧|pos ⟦6650512-751212⟧""",
    "datum": """Sedan ⟦2026-04-12⟧|Den ⟦12/4 2026⟧|⟦20260412⟧ kl ⟦2215⟧|⟦260412⟧ på kvällen
Mellan ⟦260412-260415⟧|⟦2026-04-12 22:15⟧|⟦2026-04-12T22:15:00⟧|⟦12.4.2026⟧
⟦4/12/26⟧|Natten ⟦260412 2200 - 260413 0600⟧|⟦12 april 2026⟧|⟦2026-04-12--2026-04-15⟧
Kl. ⟦22:15-23:30⟧|⟦2215–2330⟧|v. ⟦15 2026⟧|⟦20260412-20260415⟧|⟦20260412 2211⟧
⟦20260412 - 20260415⟧|⟦260412, kl 0815⟧|⟦2026-04-12 0815⟧|⟦12-04-2026⟧
år ⟦1985⟧|⟦1998-2003⟧|sommaren ⟦2026⟧|⟦2026-04-12 08:15 – 2026-04-12 09:00⟧
Född på ⟦80-talet⟧|klockan ⟦08.15⟧|⟦260412-0815⟧ larm|⟦12/4-15/4⟧|⟦26-04-12⟧
⟦2026.04.12⟧ tömt|⟦2026/04/12⟧ sandat|⟦mån 12/4⟧|tid ⟦2026-04-12 22:15:33.123⟧""",
    "belopp": """Skada för ⟦1 250 000 kr⟧|⟦SEK 500⟧ i avgift|⟦12.500:-⟧|⟦45 000 kronor⟧
Värde ⟦0 kr⟧|⟦1250000⟧ kr|⟦12,5 mkr⟧|Böter ⟦2 000:-⟧|Kostnad ⟦8 123 456,50 kr⟧
Omkring ⟦700 000 kr⟧ i skada|⟦073 kr⟧|Belopp ⟦7 012 345 kr⟧|⟦EUR 120⟧ saknas""",
    "brottskod": """Brottskod ⟦0801⟧|brottskod ⟦9501⟧|kod ⟦0910⟧|BROTTSKOD: ⟦0364⟧
koderna ⟦0801, 0802, 0803⟧|⟦0857⟧ Tillgrepp|brk ⟦1201⟧|⟦5010⟧ narkotika""",
    "ting": """Volvo ⟦V70⟧ stod i vägen|en ⟦BMW 320⟧ utan hjul|⟦KTM 250⟧ på cykelbanan
Väg ⟦272⟧|⟦E16⟧ vid avfarten|riksväg ⟦68⟧|Länsväg ⟦W 850⟧|buss ⟦841⟧ inställd
linje ⟦41⟧|ring ⟦112⟧|⟦114 14⟧|polisens ⟦11414⟧|SOS ⟦112⟧|hall ⟦101⟧|rum ⟦123⟧
sal ⟦B 123⟧|port ⟦12B⟧|hus ⟦204⟧ är tomt|lgh ⟦102⟧|⟦lgh 101⟧ läcker|dag ⟦100⟧
Skylt ⟦C31⟧ saknas|Vägmärke ⟦B2-1⟧|⟦12 345⟧ passager|⟦100 meter⟧ häck
postnr ⟦123 45⟧|⟦1 000 000⟧ liter|kanal ⟦112-01⟧|nivå ⟦3.14⟧|⟦50 %⟧ av lamporna
gren ⟦20 cm⟧ tjock|⟦40-skylten⟧ är borta|ca ⟦300⟧ personer|⟦5⟧ cyklar|nr ⟦12⟧
batteri ⟦AA 150⟧|lampa ⟦LED 100⟧|kabel ⟦EKK 150⟧|rör ⟦PEH 110⟧|⟦IP 44⟧|⟦USB 3⟧""",
    "organisation": """Åtgärdat av ⟦Provkommunen⟧|Stöld hos ⟦Exempelmacken⟧
Avtal med ⟦Provbostäder AB⟧|Sanering utförd av ⟦Exempelbolaget AB⟧|Hos ⟦Polisen⟧
Tillsyn av ⟦Länsstyrelsen⟧|Möte med ⟦Trafikverket⟧|Anmält av ⟦Vaktbolaget⟧
Anmälare: ⟦Räddningstjänsten⟧|Målsägande: ⟦Exempelstads kommun⟧|Kontakta ⟦Kundtjänst⟧
c/o ⟦Provförvaltning AB⟧|Enligt ⟦Polismyndigheten⟧|Klotter av ⟦Okänd⟧|Från ⟦Exempelstad⟧
Ring ⟦Kommunens växel⟧|Till ⟦Tekniska kontoret⟧|Hälsningar ⟦Hyresgästföreningen⟧
Mot ⟦Norr⟧|Grannen ⟦Ica⟧ har skräp|Boende: ⟦Okända⟧|Vittne: ⟦Saknas⟧|Förare: ⟦Okänd⟧
I samband med ⟦Valborg⟧|Till följd av ⟦Storm⟧|Under ⟦Påsken⟧ med ⟦Kalas⟧
På grund av ⟦Midsommar⟧ stängt|Hos ⟦Vårdcentralen⟧|Skolan, med ⟦BRP⟧-rum""",
}


def _fill(template: str, rng: random.Random) -> Planted:
    data: list[tuple[str, str]] = []

    def plant(slot: re.Match) -> str:
        datum = _MAKERS[slot[1]](rng)
        data.append((slot[1], datum))
        return datum

    text = _SLOT.sub(plant, template)
    return Planted(_bare(text), tuple(data), tuple(_KEPT.findall(text)))


def _bare(text: str) -> str:
    return _KEPT.sub(r"\1", text)


def planted_texts(seed: int = 1809, rounds: int = 5) -> list[Planted]:
    """Fill every template `rounds` times with new data: the same for a given seed."""
    return _filled(_TEMPLATES, seed, rounds)


def unmarked_names(seed: int = 1809, rounds: int = 5) -> list[Planted]:
    """Names with no word before them that says a person comes: for the report only."""
    return _filled(_FREE_NAMES, seed, rounds)


def _filled(templates: str, seed: int, rounds: int) -> list[Planted]:
    rng = random.Random(seed)
    lines = templates.strip().splitlines()
    return [_fill(line, rng) for _ in range(rounds) for line in lines]


def lookalikes() -> list[Lookalike]:
    """Return every text that must come through unmasked, one kept part a row."""
    texts = (
        (kind, text.strip())
        for kind, block in _LOOKALIKES.items()
        for text in re.split(r"[|\n]", block)
    )
    return [
        Lookalike(kind, _bare(text), kept)
        for kind, text in texts
        for kept in _KEPT.findall(text)
    ]
