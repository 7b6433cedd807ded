"""The table at the end."""

HEADER = ["engine", "failure injected", "wall time", "calls", "called twice (allowed)", "most in a second (limit)"]


def show(trials, wall):
    print(f"\nAll of it took {wall:.0f} s.\n")
    print("| " + " | ".join(HEADER) + " |")
    print("| --- | --- |" + " ---: |" * (len(HEADER) - 2))
    for trial in trials:
        cells = [trial.engine, trial.injected, f"{trial.wall:.1f} s", trial.calls, f"{trial.twice} ({trial.twice_allowed})",
                 f"{trial.fullest} ({trial.limit})"]
        print("| " + " | ".join(map(str, cells)) + " |")
