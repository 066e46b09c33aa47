"""`pushthrough`, also `python -m proofs`.

`replay` is decided here, before anything is imported: checking a certificate needs the kernel and nothing else of ours.
"""

import sys


def main() -> int:
    """Run the command line with `sys.argv`; the answer is the exit code."""
    command, files = sys.argv[1:2], sys.argv[2:]
    try:
        if command == ["replay"] and files and not any(file.startswith("-") for file in files):
            from proofs import kernel

            return kernel.main(files)
        from proofs import cli

        return cli.run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
