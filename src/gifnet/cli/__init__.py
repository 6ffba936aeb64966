"""The command line: one file a command, imported only when the command is run.

To add a command, write ``gifnet/cli/NAME.py`` and register it with one line in ``_COMMANDS``.
The file exposes one of

* ``command``, a function with typer annotations, and ``EXAMPLE``, a command line that its help
  ends with;
* ``app``, a ``typer.Typer`` group of commands.

A command parses, makes one library call and prints what came of it. It lets every
``GIFNetError`` pass: ``main`` turns it into ``error: ...`` on stderr and exit code 2.
"""

import sys
from typing import Annotated

import typer

from gifnet.cli.lazy_group import LazyCommand, add_lazy_commands
from gifnet.cli.messages import print_error, show_log, silent_beside_others
from gifnet.errors import GIFNetError
from gifnet.version import __version__

_COMMANDS = [
    LazyCommand("fuse", "gifnet.cli.fuse", "Fuse two pictures of one scene into one."),
    LazyCommand("enhance", "gifnet.cli.enhance", "Enhance a single picture."),
    LazyCommand("pansharpen", "gifnet.cli.pansharpen", "Sharpen bands by a panchromatic picture."),
    LazyCommand("export", "gifnet.cli.export", "Write the network to ONNX or OpenVINO files."),
    LazyCommand("evaluate", "gifnet.cli.evaluate", "Measure and compare the results of methods."),
    LazyCommand("inspect", "gifnet.cli.inspect", "Show what the network's branches see of a pair."),
    LazyCommand("complexity", "gifnet.cli.complexity", "Say what the network costs."),
    LazyCommand("downstream", "gifnet.cli.downstream", "Compare edges and keypoints of pictures."),
    LazyCommand("weights", "gifnet.cli.weights", "List, convert and describe weights."),
    LazyCommand("data", "gifnet.cli.data", "Look at and make training data."),
    LazyCommand("train", "gifnet.cli.train", "Train a network."),
    LazyCommand("classify", "gifnet.cli.classify", "Train classifiers on enhanced pictures."),
    LazyCommand("ablate", "gifnet.cli.ablate", "Train and compare variants of the network."),
]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  gifnet fuse infrared.png visible.png -o fused.png",
)
add_lazy_commands(app, _COMMANDS)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gifnet {__version__}")
        raise typer.Exit


@app.callback()
def _gifnet(
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool,
        typer.Option(
            "--version", help="Print the version and leave.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """One model that fuses any pictures.

    Infrared and visible, focus and exposure pairs, medical slices, or a single picture enhanced.
    """
    show_log(verbose=False)


def main() -> None:
    """Run the command line and leave with its exit code.

    Exit codes: 0 success, 2 bad usage or an error that gifnet raised on purpose, 130 interrupted.
    """
    with silent_beside_others():
        _run()


def _run() -> None:
    try:
        app(prog_name="gifnet")
    except GIFNetError as error:
        print_error(str(error))
        sys.exit(2)
    except OSError as error:
        # What the library did not foresee: a folder without access, a name that is too long.
        print_error(
            f"{error.filename or 'a file'}: {error.strerror or error}; choose another place"
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
