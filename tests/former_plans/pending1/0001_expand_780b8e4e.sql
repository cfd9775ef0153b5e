SET standard_conforming_strings = on;

BEGIN;

CREATE TABLE "customer" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY, 
    "name" VARCHAR(50) DEFAULT 'O''Brien'::character varying NOT NULL, 
    CONSTRAINT "customer__pk_a5614527" PRIMARY KEY ("id"), 
    CONSTRAINT "customer__name__filled_3dbc3ada" CHECK ("name" ~ '[^[:space:]                 　]')
);

CREATE TABLE "ticket" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY, 
    "subject" VARCHAR(100), 
    "points" INTEGER, 
    "size" INTEGER NOT NULL, 
    "status" TEXT, 
    "by" BIGINT, 
    "left" INTEGER DEFAULT 5, 
    CONSTRAINT "ticket__pk_a5614527" PRIMARY KEY ("id"), 
    CONSTRAINT "ticket__subject__pattern_4308770c" CHECK ("subject" ~ '^(?:[a-z]\d*)$')
);

COMMENT ON COLUMN "ticket"."status" IS 'odcpub: refers=Status';

COMMENT ON COLUMN "ticket"."by" IS 'odcpub: refers=Customer';

CREATE TABLE "status" (
    "id" TEXT NOT NULL, 
    "label" TEXT NOT NULL, 
    "order" INTEGER NOT NULL, 
    "is_active" BOOLEAN DEFAULT true NOT NULL, 
    CONSTRAINT "status__pk_a5614527" PRIMARY KEY ("id")
);

INSERT INTO "status" ("id", "label", "order", "is_active") VALUES ('New', 'it''s new', 1, true), ('Old', 'Old', 2, true) ON CONFLICT ("id") DO UPDATE SET "label" = EXCLUDED."label", "order" = EXCLUDED."order", "is_active" = EXCLUDED."is_active";

ALTER TABLE "ticket" ADD CONSTRAINT "ticket__by__fk_46e384de" FOREIGN KEY ("by") REFERENCES "customer" ("id") ON DELETE NO ACTION;

ALTER TABLE "ticket" ADD CONSTRAINT "ticket__status__fk_8d571f08" FOREIGN KEY ("status") REFERENCES "status" ("id") ON DELETE NO ACTION;

CREATE INDEX "ticket__by__ref_a7e2d26e" ON "ticket" ("by");

CREATE UNIQUE INDEX "ticket__points__ux_c54a061d" ON "ticket" ("points");

CREATE INDEX "ticket__status__ref_073c1634" ON "ticket" ("status");

CREATE TABLE IF NOT EXISTS odcpub_schema (target text PRIMARY KEY);

INSERT INTO odcpub_schema (target) VALUES ('schema-5c08b185b1b32b81e6d87b02c851cd74') ON CONFLICT DO NOTHING;

COMMIT;

