-- The tables of revision 7, for an empty schema of a PostgreSQL database: the first one of the search path.
-- The comments on columns are how odcpub knows its own again; nothing else reads them.
SET client_encoding = 'UTF8';

CREATE TABLE …;
