-- What programs have asked for through the API, to be told when it is there.
CREATE TABLE orders (
    id       TEXT PRIMARY KEY,
    created  INTEGER NOT NULL,
    changed  INTEGER NOT NULL,           -- when the state was set
    owner    TEXT NOT NULL,              -- the instance that carries it out
    state    TEXT NOT NULL,
    request  TEXT NOT NULL,              -- JSON
    sound    TEXT NOT NULL DEFAULT '',   -- file that holds the recording
    result   TEXT,                       -- JSON: what is delivered
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX orders_by_state ON orders (state);

CREATE TABLE deliveries (
    id      INTEGER PRIMARY KEY,
    ordered TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    status  INTEGER NOT NULL,            -- HTTP's; 0: there was no answer
    error   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX deliveries_in_order ON deliveries (ordered, id);
