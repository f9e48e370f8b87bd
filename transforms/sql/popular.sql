-- The $popular_length articles bought by most customers in the $window_days before $as_of, for all customers (segment
-- 0) and for each age segment. Customers of unknown age count in segment 0 only. Ties go to the article with more
-- customers in four windows; lists reach their length with articles of four windows if one window sold fewer.
with bought as (
    select
        p.customer_row,
        p.article_row,
        p.day,
        c.segment,
        case when p.day >= $as_of - $window_days then p.customer_row end as recent_customer_row
    from purchases as p
    inner join customer_rows as c on c.customer_row = p.customer_row
    where p.day < $as_of and p.day >= $as_of - 4 * $window_days
),

counted as (
    select
        0 as segment,
        article_row,
        count(distinct recent_customer_row) as customers,
        count(distinct customer_row) as customers_of_4_windows
    from bought
    group by article_row
    union all
    select
        segment,
        article_row,
        count(distinct recent_customer_row) as customers,
        count(distinct customer_row) as customers_of_4_windows
    from bought
    where segment > 0
    group by segment, article_row
),

ranked as (
    select
        counted.*,
        row_number() over (
            partition by segment order by customers desc, customers_of_4_windows desc, article_row
        ) as popular_rank
    from counted
)

select
    cast(segment as integer) as segment,
    article_row,
    cast(customers as integer) as customers,
    cast(customers + 0.001 * customers_of_4_windows as float) as score
from ranked
where popular_rank <= $popular_length
order by segment, popular_rank
