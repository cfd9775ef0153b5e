SET standard_conforming_strings = on;

BEGIN;

ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__subject__fits_f602d798", ADD CONSTRAINT "ticket__subject__fits_f602d798" CHECK (NOT (char_length("subject") > 20)) NOT VALID, DROP CONSTRAINT IF EXISTS "ticket__subject__filled_46daf2ee", ADD CONSTRAINT "ticket__subject__filled_46daf2ee" CHECK ("subject" ~ '[^[:space:]                 　]') NOT VALID, DROP CONSTRAINT IF EXISTS "ticket__due__present_458a4770", ADD CONSTRAINT "ticket__due__present_458a4770" CHECK ("due" IS NOT NULL) NOT VALID, DROP CONSTRAINT IF EXISTS "ticket__subject__present_a9491f4c", ADD CONSTRAINT "ticket__subject__present_a9491f4c" CHECK ("subject" IS NOT NULL) NOT VALID;

COMMIT;

BEGIN;

ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__by__fk_b1c946b9", ADD CONSTRAINT "ticket__by__fk_b1c946b9" FOREIGN KEY ("by") REFERENCES "customer" ("id") ON DELETE SET NULL NOT VALID;

COMMIT;

BEGIN;

ALTER TABLE "ticket" VALIDATE CONSTRAINT "ticket__subject__fits_f602d798", VALIDATE CONSTRAINT "ticket__by__fk_b1c946b9", VALIDATE CONSTRAINT "ticket__subject__filled_46daf2ee", VALIDATE CONSTRAINT "ticket__due__present_458a4770", VALIDATE CONSTRAINT "ticket__subject__present_a9491f4c";

COMMIT;

BEGIN;

ALTER TABLE "ticket" ALTER "subject" TYPE character varying(20), ALTER "due" SET NOT NULL, ALTER "subject" SET NOT NULL;

ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__subject__fits_f602d798", DROP CONSTRAINT IF EXISTS "ticket__due__present_458a4770", DROP CONSTRAINT IF EXISTS "ticket__subject__present_a9491f4c";

COMMIT;

BEGIN;

COMMIT;

SET lock_timeout = '60s';

DROP INDEX CONCURRENTLY IF EXISTS "ticket__subject__ux_a9491f4c";

CREATE UNIQUE INDEX CONCURRENTLY "ticket__subject__ux_a9491f4c" ON "ticket" ("subject");

SET lock_timeout = '1s';

BEGIN;

COMMIT;

BEGIN;

COMMIT;

SET lock_timeout = '60s';

DROP INDEX CONCURRENTLY IF EXISTS "ticket__points__ux_c54a061d";

SET lock_timeout = '1s';

BEGIN;

COMMIT;

BEGIN;

ALTER TABLE "ticket" DROP CONSTRAINT IF EXISTS "ticket__by__fk_46e384de";

COMMIT;

BEGIN;

DELETE FROM odcpub_schema WHERE target <> 'schema-c94c21aa69b382e25db72997806ca935';

COMMIT;

