/** What a test database holds. */
export const SCHEMA: string = `
CREATE TABLE "tägl. 😀 it's" (id int PRIMARY KEY, "wert $x" text, raw bytea);
INSERT INTO "tägl. 😀 it's" SELECT i, E'é 😀 \\t\\n\\\\' || i, decode(md5(i::text), 'hex') FROM generate_series(1, 20000) i;
CREATE TABLE account (id int PRIMARY KEY, owner text, amount bigint);
INSERT INTO account SELECT i, 'o' || i, 1000 FROM generate_series(1, 200) i;
CREATE TABLE first (n int PRIMARY KEY, note text);
CREATE TABLE zlast (n int PRIMARY KEY, note text);
CREATE VIEW rich AS SELECT * FROM account WHERE amount > 1000;
CREATE SEQUENCE numbers START 7;
SELECT lo_from_bytea(0, decode('00ff00', 'hex'));`

/** Writes for as long as it is let; each transaction leaves both logs equal and no money lost. */
export const WRITES: string = `DO $$ DECLARE i int := (SELECT count(*) FROM first); BEGIN LOOP
  i := i + 1;
  INSERT INTO first VALUES (i, md5(i::text) || ' 😀');
  UPDATE account SET amount = amount - 3 WHERE id = 1 + i % 200;
  UPDATE account SET amount = amount + 3 WHERE id = 1 + (i * 7) % 200;
  INSERT INTO zlast VALUES (i, md5(i::text) || ' 😀');
  COMMIT;
END LOOP; END $$`
