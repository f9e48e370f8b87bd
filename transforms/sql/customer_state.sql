-- One row per customer of described_customers as of $as_of. Customers without a purchase have zeros, and -1 for days.
with bought as (
    select
        p.customer_row,
        sum(units) as units,
        count(distinct article_row) as articles,
        count(distinct day) as baskets,
        count(*) as purchases,
        sum(price * units) / sum(units) as mean_price,
        min(day) as first_day,
        max(day) as last_day,
        sum(case when day >= $as_of - 7 then units else 0 end) as units_7d,
        sum(case when day >= $as_of - 30 then units else 0 end) as units_30d,
        count(distinct case when day >= $as_of - 30 then day end) as baskets_30d,
        count(distinct case when day >= $as_of - 90 then day end) as baskets_90d
    from purchases as p
    inner join described_customers as d on d.customer_row = p.customer_row
    where p.day < $as_of
    group by p.customer_row
)

select
    d.customer_row,
    cast(coalesce(b.units, 0) as integer) as units,
    cast(coalesce(b.articles, 0) as integer) as articles,
    cast(coalesce(b.baskets, 0) as integer) as baskets,
    cast(coalesce(b.purchases, 0) as integer) as purchases,
    cast(coalesce(b.units_7d, 0) as integer) as units_7d,
    cast(coalesce(b.units_30d, 0) as integer) as units_30d,
    cast(coalesce(b.baskets_30d, 0) as integer) as baskets_30d,
    cast(coalesce(b.baskets_90d, 0) as integer) as baskets_90d,
    cast(round(coalesce(b.mean_price, 0.0), 9) as float) as mean_price,
    cast(coalesce(b.first_day, -1) as integer) as first_day,
    cast(coalesce(b.last_day, -1) as integer) as last_day
from described_customers as d
left join bought as b on b.customer_row = d.customer_row
order by d.customer_row
