"""The thin shell: touches the world (IMAP, SMTP, files, clock, store) and decides nothing about constancias."""
