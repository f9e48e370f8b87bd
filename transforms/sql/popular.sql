-- The $popular_length articles that most customers bought in the $window_days before $as_of, overall (segment 0)
-- and within each age segment (customers without an age count in segment 0 alone). Where a week sells fewer
-- articles than asked for, the list goes on with those of four windows.
with bought as (
    select
        p.customer_row,
        p.article_row,
        p.day,
        s.segment,
        case when p.day >= $as_of - $window_days then p.customer_row end as recent_customer_row
    from purchases as p
    inner join customer_segments as s on s.customer_row = p.customer_row
    where p.day < $as_of and p.day >= $as_of - 4 * $window_days
),

counted as (
    select
        0 as segment,
        article_row,
        count(distinct recent_customer_row) as n,
        count(distinct customer_row) as n_long
    from bought
    group by article_row
    union all
    select
        segment,
        article_row,
        count(distinct recent_customer_row) as n,
        count(distinct customer_row) as n_long
    from bought
    where segment > 0
    group by segment, article_row
),

ranked as (
    select
        counted.*,
        row_number() over (partition by segment order by n desc, n_long desc, article_row) as popular_rank
    from counted
)

select cast(segment as integer) as segment, article_row, cast(n + 0.001 * n_long as float) as score
from ranked
where popular_rank <= $popular_length
order by segment, popular_rank
