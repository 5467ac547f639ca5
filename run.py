"""The belt's switch: `python run.py` makes one turn, `python run.py --help` shows the rest."""

if __name__ == "__main__":
    from robots.cli import main

    main()
