-- The $popular_length articles of each section bought by most customers in the $window_days before $as_of, for all
-- customers (segment 0) and for each age segment, sorted by segment and section. The score is the article's share of the
-- section's customers in the segment, each counted once for each article. Customers of unknown age count in segment 0
-- only. Ties and lists that one window does not fill are as in `popular`.
with bought as (
    select
        a.section_name,
        c.segment,
        p.article_row,
        p.customer_row,
        case when p.day >= $as_of - $window_days then p.customer_row end as recent_customer_row
    from purchases as p
    inner join article_rows as a on a.article_row = p.article_row
    inner join customer_rows as c on c.customer_row = p.customer_row
    where p.day < $as_of and p.day >= $as_of - 4 * $window_days and a.section_name is not null
),

counted as (
    select
        0 as segment,
        section_name,
        article_row,
        count(distinct recent_customer_row) + count(distinct customer_row) / cast(1000 as double) as customers
    from bought
    group by section_name, article_row
    union all
    select
        segment,
        section_name,
        article_row,
        count(distinct recent_customer_row) + count(distinct customer_row) / cast(1000 as double) as customers
    from bought
    where segment > 0
    group by segment, section_name, article_row
),

totals as (
    select segment, section_name, sum(customers) as customers from counted group by segment, section_name
),

ranked as (
    select
        counted.*,
        row_number() over (
            partition by segment, section_name order by customers desc, article_row
        ) as popular_rank
    from counted
)

select
    cast(r.segment as integer) as segment,
    r.article_row,
    cast(round(r.customers / t.customers, 9) as float) as score
from ranked as r
inner join totals as t on t.segment = r.segment and t.section_name = r.section_name
where popular_rank <= $popular_length
order by r.segment, r.section_name, popular_rank, r.article_row
