-- everywhere 1.0.0, semantics core-1, tsql

-- Unicode's White_Space
DECLARE @wb_blanks NVARCHAR(25) = CONCAT(NCHAR(9), NCHAR(10), NCHAR(11), NCHAR(12), NCHAR(13), NCHAR(32), NCHAR(133), NCHAR(160), NCHAR(5760), NCHAR(8192), NCHAR(8193), NCHAR(8194), NCHAR(8195), NCHAR(8196), NCHAR(8197), NCHAR(8198), NCHAR(8199), NCHAR(8200), NCHAR(8201), NCHAR(8202), NCHAR(8232), NCHAR(8233), NCHAR(8239), NCHAR(8287), NCHAR(12288));

-- passed
WITH [source] AS (
  -- everywhere 1.0.0
  SELECT [no], [name], [sex], [city], [test] FROM crm.customers
), [r1_filter] AS (
  -- the others are booked as out_of_scope
  SELECT
    *
  FROM [source]
  WHERE
    NOT (
      CASE
        WHEN (
          CASE
            WHEN DATALENGTH(TRIM(@wb_blanks FROM [test] COLLATE Latin1_General_100_BIN2)) > 0 THEN [test]
          END + N'|'
        ) COLLATE Latin1_General_100_BIN2 = N'Y|'
          THEN 1
        ELSE 0
      END = 1
    )
), [given] AS (
  -- used by every field
  SELECT
    *,
    CASE WHEN DATALENGTH(TRIM(@wb_blanks FROM [no] COLLATE Latin1_General_100_BIN2)) > 0 THEN [no] END AS [_no_given],
    CASE WHEN DATALENGTH(TRIM(@wb_blanks FROM [sex] COLLATE Latin1_General_100_BIN2)) > 0 THEN [sex] END AS [_sex_given],
    CASE
      WHEN DATALENGTH(TRIM(@wb_blanks FROM [city] COLLATE Latin1_General_100_BIN2)) > 0 THEN [city]
    END AS [_city_given],
    CASE
      WHEN DATALENGTH(TRIM(@wb_blanks FROM [name] COLLATE Latin1_General_100_BIN2)) > 0 THEN [name]
    END AS [_name_given]
  FROM [r1_filter]
), [sex_translated] AS (
  -- used by sex
  SELECT
    *,
    CASE ([_sex_given] + N'|') COLLATE Latin1_General_100_BIN2
      WHEN N'M|' THEN N'Männlich'
      WHEN N'F|' THEN N'Female'
    END AS [_sex_translated]
  FROM [given]
), [mapped] AS (
  -- every field's value, and the number of the first fault
  SELECT
    *,
    (N'CRM-''' + TRIM(@wb_blanks FROM [_no_given] COLLATE Latin1_General_100_BIN2)) AS [to_id],
    [_sex_translated] AS [to_sex],
    CASE
      WHEN [_city_given] IS NULL AND [_name_given] IS NULL THEN CAST(NULL AS NVARCHAR(MAX))
      ELSE (
        COALESCE([_city_given], N'') + CASE
          WHEN [_name_given] IS NOT NULL AND [_city_given] IS NOT NULL THEN (N', ' + [_name_given])
          WHEN [_name_given] IS NOT NULL THEN [_name_given]
          ELSE N''
        END
      )
    END AS [to_address],
    CASE WHEN [_city_given] IS NULL THEN N'unknown' ELSE N'known' END AS [to_kind],
    CAST(CASE WHEN [_sex_translated] IS NULL AND [_sex_given] IS NOT NULL THEN 1 END AS BIGINT) AS [__fault]
  FROM [sex_translated]
)
SELECT
  [to_id] AS [id],
  [to_sex] AS [sex],
  [to_address] AS [address],
  [to_kind] AS [kind]
FROM [mapped]
WHERE
  [__fault] IS NULL;

-- rejects
WITH [source] AS (
  -- everywhere 1.0.0
  SELECT [no], [name], [sex], [city], [test] FROM crm.customers
), [r1_filter] AS (
  -- the others are booked as out_of_scope
  SELECT
    *
  FROM [source]
  WHERE
    NOT (
      CASE
        WHEN (
          CASE
            WHEN DATALENGTH(TRIM(@wb_blanks FROM [test] COLLATE Latin1_General_100_BIN2)) > 0 THEN [test]
          END + N'|'
        ) COLLATE Latin1_General_100_BIN2 = N'Y|'
          THEN 1
        ELSE 0
      END = 1
    )
), [given] AS (
  -- used by every field
  SELECT
    *,
    CASE WHEN DATALENGTH(TRIM(@wb_blanks FROM [no] COLLATE Latin1_General_100_BIN2)) > 0 THEN [no] END AS [_no_given],
    CASE WHEN DATALENGTH(TRIM(@wb_blanks FROM [sex] COLLATE Latin1_General_100_BIN2)) > 0 THEN [sex] END AS [_sex_given],
    CASE
      WHEN DATALENGTH(TRIM(@wb_blanks FROM [city] COLLATE Latin1_General_100_BIN2)) > 0 THEN [city]
    END AS [_city_given],
    CASE
      WHEN DATALENGTH(TRIM(@wb_blanks FROM [name] COLLATE Latin1_General_100_BIN2)) > 0 THEN [name]
    END AS [_name_given]
  FROM [r1_filter]
), [sex_translated] AS (
  -- used by sex
  SELECT
    *,
    CASE ([_sex_given] + N'|') COLLATE Latin1_General_100_BIN2
      WHEN N'M|' THEN N'Männlich'
      WHEN N'F|' THEN N'Female'
    END AS [_sex_translated]
  FROM [given]
), [mapped] AS (
  -- every field's value, and the number of the first fault
  SELECT
    *,
    (N'CRM-''' + TRIM(@wb_blanks FROM [_no_given] COLLATE Latin1_General_100_BIN2)) AS [to_id],
    [_sex_translated] AS [to_sex],
    CASE
      WHEN [_city_given] IS NULL AND [_name_given] IS NULL THEN CAST(NULL AS NVARCHAR(MAX))
      ELSE (
        COALESCE([_city_given], N'') + CASE
          WHEN [_name_given] IS NOT NULL AND [_city_given] IS NOT NULL THEN (N', ' + [_name_given])
          WHEN [_name_given] IS NOT NULL THEN [_name_given]
          ELSE N''
        END
      )
    END AS [to_address],
    CASE WHEN [_city_given] IS NULL THEN N'unknown' ELSE N'known' END AS [to_kind],
    CAST(CASE WHEN [_sex_translated] IS NULL AND [_sex_given] IS NOT NULL THEN 1 END AS BIGINT) AS [__fault]
  FROM [sex_translated]
)
SELECT
  [no],
  [name],
  [sex],
  [city],
  [test],
  CASE [__fault] WHEN 1 THEN N'f2.1' END AS [_code],
  CASE [__fault] WHEN 1 THEN N'sex' END AS [_field],
  CASE [__fault] WHEN 1 THEN N'translate' END AS [_step],
  CASE [__fault] WHEN 1 THEN N'has no translation' END AS [_reason],
  CASE [__fault] WHEN 1 THEN [_sex_given] END AS [_value],
  COALESCE(
    CASE
      WHEN [_sex_translated] IS NULL AND [_sex_given] IS NOT NULL THEN N'f2.1 sex has no translation'
    END,
    N''
  ) AS [_faults],
  N'everywhere 1.0.0' AS [_spec]
FROM [mapped]
WHERE
  [__fault] IS NOT NULL;

-- counts
WITH [source] AS (
  -- everywhere 1.0.0
  SELECT [no], [name], [sex], [city], [test] FROM crm.customers
), [r1_filter] AS (
  -- the others are booked as out_of_scope
  SELECT
    *
  FROM [source]
  WHERE
    NOT (
      CASE
        WHEN (
          CASE
            WHEN DATALENGTH(TRIM(@wb_blanks FROM [test] COLLATE Latin1_General_100_BIN2)) > 0 THEN [test]
          END + N'|'
        ) COLLATE Latin1_General_100_BIN2 = N'Y|'
          THEN 1
        ELSE 0
      END = 1
    )
), [given] AS (
  -- used by every field
  SELECT
    *,
    CASE WHEN DATALENGTH(TRIM(@wb_blanks FROM [no] COLLATE Latin1_General_100_BIN2)) > 0 THEN [no] END AS [_no_given],
    CASE WHEN DATALENGTH(TRIM(@wb_blanks FROM [sex] COLLATE Latin1_General_100_BIN2)) > 0 THEN [sex] END AS [_sex_given],
    CASE
      WHEN DATALENGTH(TRIM(@wb_blanks FROM [city] COLLATE Latin1_General_100_BIN2)) > 0 THEN [city]
    END AS [_city_given],
    CASE
      WHEN DATALENGTH(TRIM(@wb_blanks FROM [name] COLLATE Latin1_General_100_BIN2)) > 0 THEN [name]
    END AS [_name_given]
  FROM [r1_filter]
), [sex_translated] AS (
  -- used by sex
  SELECT
    *,
    CASE ([_sex_given] + N'|') COLLATE Latin1_General_100_BIN2
      WHEN N'M|' THEN N'Männlich'
      WHEN N'F|' THEN N'Female'
    END AS [_sex_translated]
  FROM [given]
), [mapped] AS (
  -- every field's value, and the number of the first fault
  SELECT
    *,
    (N'CRM-''' + TRIM(@wb_blanks FROM [_no_given] COLLATE Latin1_General_100_BIN2)) AS [to_id],
    [_sex_translated] AS [to_sex],
    CASE
      WHEN [_city_given] IS NULL AND [_name_given] IS NULL THEN CAST(NULL AS NVARCHAR(MAX))
      ELSE (
        COALESCE([_city_given], N'') + CASE
          WHEN [_name_given] IS NOT NULL AND [_city_given] IS NOT NULL THEN (N', ' + [_name_given])
          WHEN [_name_given] IS NOT NULL THEN [_name_given]
          ELSE N''
        END
      )
    END AS [to_address],
    CASE WHEN [_city_given] IS NULL THEN N'unknown' ELSE N'known' END AS [to_kind],
    CAST(CASE WHEN [_sex_translated] IS NULL AND [_sex_given] IS NOT NULL THEN 1 END AS BIGINT) AS [__fault]
  FROM [sex_translated]
)
SELECT 'in' AS [kind], '' AS [name], (SELECT COUNT(*) FROM [source]) AS [rows]
UNION ALL
SELECT
  'booked' AS [kind],
  'out_of_scope' AS [name],
  (SELECT COUNT(*) FROM [source]) - (SELECT COUNT(*) FROM [r1_filter]) AS [rows]
UNION ALL
SELECT
  'rejected' AS [kind],
  CASE [__fault] WHEN 1 THEN 'f2.1' END AS [name],
  COUNT(*) AS [rows]
FROM [mapped]
WHERE
  [__fault] IS NOT NULL
GROUP BY
  [__fault]
UNION ALL
SELECT
  'out' AS [kind],
  '' AS [name],
  (SELECT COUNT(*) FROM [mapped] WHERE [__fault] IS NULL) AS [rows];
