-- everywhere 1.0.0, semantics core-1, snowflake

-- null for blanks
CREATE OR REPLACE FUNCTION wb_blank(x VARCHAR) RETURNS VARCHAR
IMMUTABLE AS $$ CASE WHEN TRIM(x, '\u0009\u000A\u000B\u000C\u000D\u0020\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000') <> '' THEN x END $$;

-- without blanks (Unicode's White_Space) at the ends
CREATE OR REPLACE FUNCTION wb_trim(x VARCHAR) RETURNS VARCHAR
IMMUTABLE AS $$ TRIM(x, '\u0009\u000A\u000B\u000C\u000D\u0020\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000') $$;

-- passed
WITH "source" AS (
  -- everywhere 1.0.0
  SELECT "no", "name", "sex", "city", "test" FROM crm.customers
), "r1_filter" AS (
  -- the others are booked as out_of_scope
  SELECT * FROM "source" WHERE NOT COALESCE(wb_blank("test") = 'Y', FALSE)
), "given" AS (
  -- used by every field
  SELECT
    *,
    wb_blank("no") AS "_no_given",
    wb_blank("sex") AS "_sex_given",
    wb_blank("city") AS "_city_given",
    wb_blank("name") AS "_name_given"
  FROM "r1_filter"
), "sex_translated" AS (
  -- used by sex
  SELECT
    *,
    CASE "_sex_given" WHEN 'M' THEN 'Männlich' WHEN 'F' THEN 'Female' END AS "_sex_translated"
  FROM "given"
), "mapped" AS (
  -- every field's value, and the number of the first fault
  SELECT
    *,
    ('CRM-\'' || wb_trim("_no_given")) AS "to_id",
    "_sex_translated" AS "to_sex",
    CASE
      WHEN "_city_given" IS NULL AND "_name_given" IS NULL THEN CAST(NULL AS VARCHAR)
      ELSE (
        COALESCE("_city_given", '') || CASE
          WHEN "_name_given" IS NOT NULL AND "_city_given" IS NOT NULL THEN (', ' || "_name_given")
          WHEN "_name_given" IS NOT NULL THEN "_name_given"
          ELSE ''
        END
      )
    END AS "to_address",
    CASE WHEN "_city_given" IS NULL THEN 'unknown' ELSE 'known' END AS "to_kind",
    CAST(CASE WHEN "_sex_translated" IS NULL AND "_sex_given" IS NOT NULL THEN 1 END AS DECIMAL(38, 0)) AS "__fault"
  FROM "sex_translated"
)
SELECT
  "to_id" AS "id",
  "to_sex" AS "sex",
  "to_address" AS "address",
  "to_kind" AS "kind"
FROM "mapped"
WHERE
  "__fault" IS NULL;

-- rejects
WITH "source" AS (
  -- everywhere 1.0.0
  SELECT "no", "name", "sex", "city", "test" FROM crm.customers
), "r1_filter" AS (
  -- the others are booked as out_of_scope
  SELECT * FROM "source" WHERE NOT COALESCE(wb_blank("test") = 'Y', FALSE)
), "given" AS (
  -- used by every field
  SELECT
    *,
    wb_blank("no") AS "_no_given",
    wb_blank("sex") AS "_sex_given",
    wb_blank("city") AS "_city_given",
    wb_blank("name") AS "_name_given"
  FROM "r1_filter"
), "sex_translated" AS (
  -- used by sex
  SELECT
    *,
    CASE "_sex_given" WHEN 'M' THEN 'Männlich' WHEN 'F' THEN 'Female' END AS "_sex_translated"
  FROM "given"
), "mapped" AS (
  -- every field's value, and the number of the first fault
  SELECT
    *,
    ('CRM-\'' || wb_trim("_no_given")) AS "to_id",
    "_sex_translated" AS "to_sex",
    CASE
      WHEN "_city_given" IS NULL AND "_name_given" IS NULL THEN CAST(NULL AS VARCHAR)
      ELSE (
        COALESCE("_city_given", '') || CASE
          WHEN "_name_given" IS NOT NULL AND "_city_given" IS NOT NULL THEN (', ' || "_name_given")
          WHEN "_name_given" IS NOT NULL THEN "_name_given"
          ELSE ''
        END
      )
    END AS "to_address",
    CASE WHEN "_city_given" IS NULL THEN 'unknown' ELSE 'known' END AS "to_kind",
    CAST(CASE WHEN "_sex_translated" IS NULL AND "_sex_given" IS NOT NULL THEN 1 END AS DECIMAL(38, 0)) AS "__fault"
  FROM "sex_translated"
)
SELECT
  "no",
  "name",
  "sex",
  "city",
  "test",
  CASE "__fault" WHEN 1 THEN 'f2.1' END AS "_code",
  CASE "__fault" WHEN 1 THEN 'sex' END AS "_field",
  CASE "__fault" WHEN 1 THEN 'translate' END AS "_step",
  CASE "__fault" WHEN 1 THEN 'has no translation' END AS "_reason",
  CASE "__fault" WHEN 1 THEN "_sex_given" END AS "_value",
  ARRAY_TO_STRING(
    ARRAY_CONSTRUCT_COMPACT(
      CASE
        WHEN "_sex_translated" IS NULL AND "_sex_given" IS NOT NULL THEN 'f2.1 sex has no translation'
      END
    ),
    '; '
  ) AS "_faults",
  'everywhere 1.0.0' AS "_spec"
FROM "mapped"
WHERE
  "__fault" IS NOT NULL;

-- counts
WITH "source" AS (
  -- everywhere 1.0.0
  SELECT "no", "name", "sex", "city", "test" FROM crm.customers
), "r1_filter" AS (
  -- the others are booked as out_of_scope
  SELECT * FROM "source" WHERE NOT COALESCE(wb_blank("test") = 'Y', FALSE)
), "given" AS (
  -- used by every field
  SELECT
    *,
    wb_blank("no") AS "_no_given",
    wb_blank("sex") AS "_sex_given",
    wb_blank("city") AS "_city_given",
    wb_blank("name") AS "_name_given"
  FROM "r1_filter"
), "sex_translated" AS (
  -- used by sex
  SELECT
    *,
    CASE "_sex_given" WHEN 'M' THEN 'Männlich' WHEN 'F' THEN 'Female' END AS "_sex_translated"
  FROM "given"
), "mapped" AS (
  -- every field's value, and the number of the first fault
  SELECT
    *,
    ('CRM-\'' || wb_trim("_no_given")) AS "to_id",
    "_sex_translated" AS "to_sex",
    CASE
      WHEN "_city_given" IS NULL AND "_name_given" IS NULL THEN CAST(NULL AS VARCHAR)
      ELSE (
        COALESCE("_city_given", '') || CASE
          WHEN "_name_given" IS NOT NULL AND "_city_given" IS NOT NULL THEN (', ' || "_name_given")
          WHEN "_name_given" IS NOT NULL THEN "_name_given"
          ELSE ''
        END
      )
    END AS "to_address",
    CASE WHEN "_city_given" IS NULL THEN 'unknown' ELSE 'known' END AS "to_kind",
    CAST(CASE WHEN "_sex_translated" IS NULL AND "_sex_given" IS NOT NULL THEN 1 END AS DECIMAL(38, 0)) AS "__fault"
  FROM "sex_translated"
)
SELECT 'in' AS "kind", '' AS "name", (SELECT COUNT(*) FROM "source") AS "rows"
UNION ALL
SELECT
  'booked' AS "kind",
  'out_of_scope' AS "name",
  (SELECT COUNT(*) FROM "source") - (SELECT COUNT(*) FROM "r1_filter") AS "rows"
UNION ALL
SELECT
  'rejected' AS "kind",
  CASE "__fault" WHEN 1 THEN 'f2.1' END AS "name",
  COUNT(*) AS "rows"
FROM "mapped"
WHERE
  "__fault" IS NOT NULL
GROUP BY
  "__fault"
UNION ALL
SELECT
  'out' AS "kind",
  '' AS "name",
  (SELECT COUNT(*) FROM "mapped" WHERE "__fault" IS NULL) AS "rows";
