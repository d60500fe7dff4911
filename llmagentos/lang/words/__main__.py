"""`python -m llmagentos.lang.words`: the words of each role as the table of docs/plan-language.md."""

from llmagentos.lang.words import as_table

if __name__ == "__main__":
    print(as_table())
