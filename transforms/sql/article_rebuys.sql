-- The re-buys of each article in the last 1, 2, 4 and 13 weeks before $as_of, from `rebuys`: four rows per article.
-- `active_customers` counts the customers with a basket in each of these weeks. All counts are 0 if the purchases before
-- $as_of span less than four weeks: so few weeks tell articles apart by chance, and a ranker learns them by heart.
with spans as (
    select 1 as weeks
    union all
    select 2 as weeks
    union all
    select 4 as weeks
    union all
    select 13 as weeks
),

history as (
    select min(day) as first_day from purchases where day < $as_of
),

long_enough as (
    select r.*
    from rebuys as r
    cross join history as h
    where r.week_end <= $as_of and h.first_day <= $as_of - 4 * $label_days
),

counted as (
    select
        r.article_row,
        s.weeks,
        sum(owners) as owners,
        sum(rebuyers) as rebuyers,
        sum(expected_rebuyers) as expected_rebuyers,
        sum(new_buyers) as new_buyers
    from long_enough as r
    cross join spans as s
    where r.week_end > $as_of - s.weeks * $label_days
    group by r.article_row, s.weeks
),

weekly as (
    select week_end, max(active_customers) as active_customers from long_enough group by week_end
),

active as (
    select s.weeks, sum(w.active_customers) as active_customers
    from weekly as w
    cross join spans as s
    where w.week_end > $as_of - s.weeks * $label_days
    group by s.weeks
)

select
    a.article_row,
    s.weeks,
    cast(coalesce(c.owners, 0) as integer) as owners,
    cast(coalesce(c.rebuyers, 0) as integer) as rebuyers,
    cast(round(coalesce(c.expected_rebuyers, 0.0), 6) as float) as expected_rebuyers,
    cast(coalesce(c.new_buyers, 0) as integer) as new_buyers,
    cast(coalesce(w.active_customers, 0) as integer) as active_customers
from article_rows as a
cross join spans as s
left join counted as c on c.article_row = a.article_row and c.weeks = s.weeks
left join active as w on w.weeks = s.weeks
order by a.article_row, s.weeks
