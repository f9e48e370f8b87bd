-- The re-buys of each article in the last 1, 2, 4 and 13 weeks before $as_of, from `rebuys`: four rows per article.
-- `active_customers` counts the customers with a basket in each of these weeks.
with spans as (
    select 1 as weeks
    union all
    select 2 as weeks
    union all
    select 4 as weeks
    union all
    select 13 as weeks
),

counted as (
    select
        r.article_row,
        s.weeks,
        sum(owners) as owners,
        sum(rebuyers) as rebuyers,
        sum(expected_rebuyers) as expected_rebuyers,
        sum(new_buyers) as new_buyers
    from rebuys as r
    cross join spans as s
    where r.week_end <= $as_of and r.week_end > $as_of - s.weeks * $label_days
    group by r.article_row, s.weeks
),

weekly as (
    select week_end, max(active_customers) as active_customers from rebuys where week_end <= $as_of group by week_end
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
