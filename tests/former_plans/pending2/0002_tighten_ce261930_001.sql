SET standard_conforming_strings = on;

BEGIN;

ALTER TABLE "ticket" ALTER "left" DROP DEFAULT;

COMMIT;

