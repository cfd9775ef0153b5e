SET standard_conforming_strings = on;

BEGIN;

ALTER INDEX "ticket__by__ref_00000000" RENAME TO "ticket__by__ref_a7e2d26e";

ALTER INDEX "ticket__status__ref_00000000" RENAME TO "ticket__status__ref_073c1634";

CREATE TABLE "note" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY, 
    "of" BIGINT, 
    CONSTRAINT "note__pk_a5614527" PRIMARY KEY ("id")
);

COMMENT ON COLUMN "note"."of" IS 'odcpub: refers=Issue';

INSERT INTO "status" ("id", "label", "order", "is_active") VALUES ('New', 'Newest', 1, true), ('Other', 'Other', 3, true) ON CONFLICT ("id") DO UPDATE SET "label" = EXCLUDED."label", "order" = EXCLUDED."order", "is_active" = EXCLUDED."is_active";

ALTER TABLE "ticket" ALTER "size" DROP NOT NULL;

ALTER TABLE "ticket" ALTER "points" TYPE bigint;

ALTER TABLE "ticket" ADD COLUMN "due" DATE;

ALTER TABLE "ticket" ADD COLUMN "photo$name" TEXT;

ALTER TABLE "ticket" ADD COLUMN "photo$type" TEXT;

ALTER TABLE "ticket" ADD COLUMN "photo" BYTEA;

ALTER TABLE "customer" ALTER "name" SET DEFAULT 'nobody'::character varying;

CREATE OR REPLACE FUNCTION odcpub_file_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], NULL, TG_ARGV[1], NULL));
END
$$;

CREATE OR REPLACE TRIGGER "ticket__photo__file_edf582d3" BEFORE UPDATE OF "photo" ON "ticket" FOR EACH ROW WHEN (NEW."photo$type" IS NOT DISTINCT FROM OLD."photo$type") EXECUTE FUNCTION odcpub_file_replaced('photo$name', 'photo$type');

COMMENT ON COLUMN "ticket"."left" IS 'odcpub: key=Left dropped=yes';

UPDATE "status" SET "is_active" = false WHERE "id" IN ('Old');

CREATE TABLE IF NOT EXISTS odcpub_schema (target text PRIMARY KEY);

INSERT INTO odcpub_schema (target) VALUES ('schema-c94c21aa69b382e25db72997806ca935') ON CONFLICT DO NOTHING;

COMMIT;

