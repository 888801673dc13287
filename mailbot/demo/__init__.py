"""The whole program on an embedded mailbox: invented papers and mails, embedded servers, a page of what came of it."""
