-- Each article as of $as_of: the whole catalogue, also what nobody has bought yet (zeros, days -1).
with sold as (
    select
        article_row,
        sum(quantity) as sales,
        sum(new_customers) as customers,
        sum(lines) as lines,
        sum(case when day >= $as_of - 1 then lines else 0 end) as sales_1d,
        sum(case when day >= $as_of - 3 then lines else 0 end) as sales_3d,
        sum(case when day >= $as_of - 7 then lines else 0 end) as sales_7d,
        sum(case when day >= $as_of - 14 and day < $as_of - 7 then lines else 0 end) as sales_previous_7d,
        sum(case when day >= $as_of - 28 then lines else 0 end) as sales_28d,
        sum(case when day >= $as_of - 30 then lines else 0 end) as sales_30d,
        sum(case when day >= $as_of - 90 then lines else 0 end) as sales_90d,
        sum(revenue) / sum(quantity) as mean_price,
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
    cast(coalesce(s.sales, 0) as integer) as sales,
    cast(coalesce(s.customers, 0) as integer) as customers,
    cast(coalesce(s.lines, 0) as integer) as lines,
    cast(coalesce(s.sales_1d, 0) as integer) as sales_1d,
    cast(coalesce(s.sales_3d, 0) as integer) as sales_3d,
    cast(coalesce(s.sales_7d, 0) as integer) as sales_7d,
    cast(coalesce(s.sales_previous_7d, 0) as integer) as sales_previous_7d,
    cast(coalesce(s.sales_28d, 0) as integer) as sales_28d,
    cast(coalesce(s.sales_30d, 0) as integer) as sales_30d,
    cast(coalesce(s.sales_90d, 0) as integer) as sales_90d,
    cast(coalesce(b.customers_7d, 0) as integer) as customers_7d,
    cast(coalesce(b.customers_30d, 0) as integer) as customers_30d,
    cast(round(coalesce(s.mean_price, 0.0), 9) as float) as mean_price,
    cast(coalesce(s.first_day, -1) as integer) as first_day,
    cast(coalesce(s.last_day, -1) as integer) as last_day
from article_rows as a
left join sold as s on s.article_row = a.article_row
left join buyers as b on b.article_row = a.article_row
order by a.article_row
