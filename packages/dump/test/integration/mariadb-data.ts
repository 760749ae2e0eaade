/** What a test database holds. */
export const SCHEMA: string = `
CREATE TABLE \`tägl. ❤ it's\` (id int PRIMARY KEY, \`wert $x\` text CHARACTER SET utf8mb4, raw blob) ENGINE=InnoDB;
INSERT INTO \`tägl. ❤ it's\` SELECT seq, CONCAT('é 😀 \\t\\n\\\\', seq), UNHEX(MD5(seq)) FROM seq_1_to_20000;
CREATE TABLE account (id int PRIMARY KEY, owner text, amount bigint) ENGINE=InnoDB;
INSERT INTO account SELECT seq, CONCAT('o', seq), 1000 FROM seq_1_to_200;
CREATE TABLE first (n int AUTO_INCREMENT PRIMARY KEY, note text) ENGINE=InnoDB;
CREATE TABLE zlast (n int PRIMARY KEY, note text) ENGINE=InnoDB;
CREATE TABLE told (n int) ENGINE=InnoDB;
CREATE TRIGGER tell AFTER UPDATE ON \`tägl. ❤ it's\` FOR EACH ROW INSERT INTO told VALUES (NEW.id);
CREATE VIEW rich AS SELECT * FROM account WHERE amount > 1000;
CREATE PROCEDURE nothing() SELECT '😀';
CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR DO DELETE FROM told;`

/** Writes once; leaves both logs equal and no money lost. */
export const WRITE: string = `START TRANSACTION; INSERT INTO first (note) VALUES ('w 😀'); SET @i = LAST_INSERT_ID();
UPDATE account SET amount = amount - 3 WHERE id = 1 + @i % 200; UPDATE account SET amount = amount + 3 WHERE id = 1 + (@i * 7) % 200;
INSERT INTO zlast VALUES (@i, 'w 😀'); COMMIT;`
