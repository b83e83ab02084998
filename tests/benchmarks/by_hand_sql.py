"""The 12-field mapping of engines_speed as one would write it in SQL, checks and rejects included."""
# ruff: noqa: E501 - SQL stands as one would write it

from __future__ import annotations

__all__ = ["BY_HAND_DUCKDB", "BY_HAND_POSTGRES"]

BY_HAND_DUCKDB = """
WITH given AS (
  SELECT *, nullif(trim(no), '') AS n, nullif(trim(name), '') AS nm, nullif(trim(sex), '') AS sx, nullif(trim(born), '') AS bn,
    nullif(trim(saldo), '') AS sl, nullif(trim(email), '') AS em, nullif(trim(land), '') AS ld, nullif(trim(city), '') AS ct,
    nullif(trim(street), '') AS sr, nullif(trim(zip), '') AS zp, nullif(trim(changed), '') AS ch, nullif(trim(closed), '') AS cl
  FROM {source}
), made AS (
  SELECT *, 'CRM-' || n AS customer_id,
    trim(regexp_extract(nm, '^[^,]+,([^,]+)$', 1)) AS first_, trim(regexp_extract(nm, '^([^,]+),', 1)) AS last_,
    CASE sx WHEN 'M' THEN 'Male' WHEN 'F' THEN 'Female' WHEN 'D' THEN 'Diverse' END AS gender,
    CAST(try_strptime(bn, '%d/%m/%Y') AS DATE) AS born_on,
    CASE WHEN regexp_matches(sl, '^[+-]?([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]+)?$')
      THEN CAST(round(TRY_CAST(replace(replace(sl, '.', ''), ',', '.') AS DECIMAL(38, 10)), 2) AS DECIMAL(38, 2)) END AS balance,
    lower(em) AS email_,
    CASE upper(ld) WHEN 'D' THEN 'DE' WHEN 'A' THEN 'AT' WHEN 'GB' THEN 'GB' WHEN 'F' THEN 'FR' END AS country,
    array_to_string(list_transform(string_split(trim(regexp_replace(city, '\\s+', ' ', 'g')), ' '),
      lambda w: upper(w[1]) || lower(w[2:])), ' ') AS city_,
    nullif(concat_ws(', ', CASE WHEN sr IS NOT NULL THEN street END, CASE WHEN ct IS NOT NULL THEN city END), '') AS address,
    nullif(regexp_extract(zp, '([0-9]{{5}})', 1), '') AS postcode,
    try_strptime(ch, '%Y-%m-%d %H:%M:%S') AS changed_at,
    CASE WHEN cl IS NULL THEN 'active' ELSE 'closed' END AS status
  FROM given
), judged AS (
  SELECT *, CASE WHEN customer_id IS NULL THEN 1 WHEN nm IS NOT NULL AND (first_ = '' OR last_ = '') THEN 2
    WHEN sx IS NOT NULL AND gender IS NULL THEN 3 WHEN bn IS NOT NULL AND born_on IS NULL THEN 4
    WHEN sl IS NOT NULL AND balance IS NULL THEN 5 WHEN ld IS NOT NULL AND country IS NULL THEN 6
    WHEN zp IS NOT NULL AND postcode IS NULL THEN 7 WHEN ch IS NOT NULL AND changed_at IS NULL THEN 8 END AS fault
  FROM made
)
SELECT fault, customer_id, nullif(first_, '') || ' ' || nullif(last_, '') AS full_name, gender, born_on, balance,
  email_ AS email, country, city_ AS city, address, postcode, changed_at, status,
  CASE WHEN fault IS NOT NULL THEN no END AS no, CASE WHEN fault IS NOT NULL THEN name END AS name,
  CASE WHEN fault IS NOT NULL THEN sex END AS sex, CASE WHEN fault IS NOT NULL THEN born END AS born,
  CASE WHEN fault IS NOT NULL THEN saldo END AS saldo, CASE WHEN fault IS NOT NULL THEN zip END AS zip,
  CASE WHEN fault IS NOT NULL THEN street END AS street, CASE WHEN fault IS NOT NULL THEN changed END AS changed,
  CASE WHEN fault IS NOT NULL THEN closed END AS closed, CASE WHEN fault IS NOT NULL THEN land END AS land,
  CASE fault WHEN 1 THEN 'f1.required' WHEN 2 THEN 'f2.1' WHEN 3 THEN 'f3.1' WHEN 4 THEN 'f4.1' WHEN 5 THEN 'f5.1'
    WHEN 6 THEN 'f7.2' WHEN 7 THEN 'f10.1' WHEN 8 THEN 'f11.1' END AS code
FROM judged
"""

# Its MATERIALIZED keeps a value that is named from being computed at each of its uses.
BY_HAND_POSTGRES = """
WITH given AS MATERIALIZED (
  SELECT *, nullif(btrim(no), '') AS n, nullif(btrim(name), '') AS nm, nullif(btrim(sex), '') AS sx, nullif(btrim(born), '') AS bn,
    nullif(btrim(saldo), '') AS sl, nullif(btrim(email), '') AS em, nullif(btrim(land), '') AS ld, nullif(btrim(city), '') AS ct,
    nullif(btrim(street), '') AS sr, nullif(btrim(zip), '') AS zp, nullif(btrim(changed), '') AS ch, nullif(btrim(closed), '') AS cl
  FROM {source}
), made AS MATERIALIZED (
  SELECT *, 'CRM-' || n AS customer_id,
    btrim(substring(nm FROM '^[^,]+,([^,]+)$')) AS first_, btrim(substring(nm FROM '^([^,]+),')) AS last_,
    CASE sx WHEN 'M' THEN 'Male' WHEN 'F' THEN 'Female' WHEN 'D' THEN 'Diverse' END AS gender,
    CASE WHEN bn ~ '^[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}$' THEN to_date(bn, 'DD/MM/YYYY') END AS born_on,
    CASE WHEN sl ~ '^[+-]?([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]+)?$'
      THEN round(CAST(replace(replace(sl, '.', ''), ',', '.') AS NUMERIC), 2) END AS balance,
    lower(em) AS email_,
    CASE upper(ld) WHEN 'D' THEN 'DE' WHEN 'A' THEN 'AT' WHEN 'GB' THEN 'GB' WHEN 'F' THEN 'FR' END AS country,
    initcap(btrim(regexp_replace(city, '\\s+', ' ', 'g')) COLLATE "pg_c_utf8") AS city_,
    nullif(concat_ws(', ', CASE WHEN sr IS NOT NULL THEN street END, CASE WHEN ct IS NOT NULL THEN city END), '') AS address,
    substring(zp FROM '([0-9]{{5}})') AS postcode,
    CASE WHEN pg_input_is_valid(ch, 'timestamp') THEN CAST(ch AS TIMESTAMP) END AS changed_at,
    CASE WHEN cl IS NULL THEN 'active' ELSE 'closed' END AS status
  FROM given
), judged AS (
  SELECT *, CASE WHEN customer_id IS NULL THEN 1 WHEN nm IS NOT NULL AND (first_ = '' OR last_ = '' OR first_ IS NULL OR last_ IS NULL) THEN 2
    WHEN sx IS NOT NULL AND gender IS NULL THEN 3 WHEN bn IS NOT NULL AND born_on IS NULL THEN 4
    WHEN sl IS NOT NULL AND balance IS NULL THEN 5 WHEN ld IS NOT NULL AND country IS NULL THEN 6
    WHEN zp IS NOT NULL AND postcode IS NULL THEN 7 WHEN ch IS NOT NULL AND changed_at IS NULL THEN 8 END AS fault
  FROM made
)
SELECT fault, customer_id, first_ || ' ' || last_ AS full_name, gender, born_on, balance,
  email_ AS email, country, city_ AS city, address, postcode, changed_at, status,
  CASE fault WHEN 1 THEN 'f1.required' WHEN 2 THEN 'f2.1' WHEN 3 THEN 'f3.1' WHEN 4 THEN 'f4.1' WHEN 5 THEN 'f5.1'
    WHEN 6 THEN 'f7.2' WHEN 7 THEN 'f10.1' WHEN 8 THEN 'f11.1' END AS code,
  {rejects}
FROM judged
"""
