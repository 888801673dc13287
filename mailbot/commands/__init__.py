"""One file per command; each is imported only when it is asked for, so that `mailbot --help` stays quick."""
