-- One row per article as of $as_of. Articles without a purchase have zeros, and -1 for days.
with sold as (
    select
        article_row,
        sum(units) as units,
        sum(new_customers) as customers,
        sum(purchases) as purchases,
        sum(case when day >= $as_of - 1 then purchases else 0 end) as purchases_1d,
        sum(case when day >= $as_of - 3 then purchases else 0 end) as purchases_3d,
        sum(case when day >= $as_of - 7 then purchases else 0 end) as purchases_7d,
        sum(case when day >= $as_of - 14 and day < $as_of - 7 then purchases else 0 end) as purchases_previous_7d,
        sum(case when day >= $as_of - 28 then purchases else 0 end) as purchases_28d,
        sum(case when day >= $as_of - 30 then purchases else 0 end) as purchases_30d,
        sum(case when day >= $as_of - 90 then purchases else 0 end) as purchases_90d,
        sum(revenue) / sum(units) as mean_price,
        min(day) as first_day,
        max(day) as last_day
    from article_days
    where day < $as_of
    group by article_row
),

buyers as (
    select
        article_row,
        count(distinct case when day >= $as_of - 7 then customer_row end) as customers_7d,
        count(distinct customer_row) as customers_30d
    from purchases
    where day < $as_of and day >= $as_of - 30
    group by article_row
)

select
    a.article_row,
    cast(coalesce(s.units, 0) as integer) as units,
    cast(coalesce(s.customers, 0) as integer) as customers,
    cast(coalesce(s.purchases, 0) as integer) as purchases,
    cast(coalesce(s.purchases_1d, 0) as integer) as purchases_1d,
    cast(coalesce(s.purchases_3d, 0) as integer) as purchases_3d,
    cast(coalesce(s.purchases_7d, 0) as integer) as purchases_7d,
    cast(coalesce(s.purchases_previous_7d, 0) as integer) as purchases_previous_7d,
    cast(coalesce(s.purchases_28d, 0) as integer) as purchases_28d,
    cast(coalesce(s.purchases_30d, 0) as integer) as purchases_30d,
    cast(coalesce(s.purchases_90d, 0) as integer) as purchases_90d,
    cast(coalesce(b.customers_7d, 0) as integer) as customers_7d,
    cast(coalesce(b.customers_30d, 0) as integer) as customers_30d,
    cast(round(coalesce(s.mean_price, 0.0), 9) as float) as mean_price,
    cast(coalesce(s.first_day, -1) as integer) as first_day,
    cast(coalesce(s.last_day, -1) as integer) as last_day
from article_rows as a
left join sold as s on s.article_row = a.article_row
left join buyers as b on b.article_row = a.article_row
order by a.article_row
