"""The commands about the agreement's registers: the plan and what belongs to it.

In: words typed in a terminal. Out: calls of ``agreement``, Swedish text, an exit code.
``cli`` has the group ``plan`` on its own. Heavy libraries are imported inside.
"""

from __future__ import annotations

from pathlib import Path

import click

from lagesbild import terminal
from lagesbild.cli_shared import command, open_asked


@click.group("plan", options_metavar="[FLAGGOR]", subcommand_metavar="KOMMANDO …")
@terminal.debug_option
def _plan() -> None:
    """Åtgärdsplanen, löftena och de andra registren."""


@command("check")
@terminal.json_option
def _check(workspace: Path | None, as_json: bool) -> None:
    """Läs alla register och säg alla fel på en gång."""
    from lagesbild.agreement.check import check_registers
    from lagesbild.agreement.tables import REGISTERS
    from lagesbild.protect.texts import list_withheld

    registers, told = check_registers(open_asked(workspace))
    withheld = [
        {"file": REGISTERS[key].file, "row": row, "column": heading}
        for key, frame in registers.items()
        for row, heading in list_withheld(frame, REGISTERS[key])
    ]
    if as_json:
        terminal.print_json({"registers": told, "withheld": withheld})
        return
    heads = ["Register", "Rader", "Intern", "Radet", "Offentlig"]
    terminal.print_table(heads, [list(row.values()) for row in told])
    click.echo("Registren följer sin form.")
    for cell in withheld:
        click.echo(
            f"{cell['file']}, rad {cell['row']}, kolumn {cell['column']}: ser ut att "
            "innehålla ett namn eller ett nummer och visas bara för intern."
        )


_plan.add_command(_check)
COMMANDS = (_plan,)
