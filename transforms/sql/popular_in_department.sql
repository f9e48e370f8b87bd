-- The $popular_length articles of each department bought by most customers in the $window_days before $as_of, sorted by
-- department. The score is the article's share of the department's customers, each counted once for each article. Ties
-- and lists that one window does not fill are as in `popular`.
with bought as (
    select
        a.department_name,
        p.article_row,
        p.customer_row,
        case when p.day >= $as_of - $window_days then p.customer_row end as recent_customer_row
    from purchases as p
    inner join article_rows as a on a.article_row = p.article_row
    where p.day < $as_of and p.day >= $as_of - 4 * $window_days and a.department_name is not null
),

counted as (
    select
        department_name,
        article_row,
        count(distinct recent_customer_row) + count(distinct customer_row) / cast(1000 as double) as customers
    from bought
    group by department_name, article_row
),

totals as (
    select department_name, sum(customers) as customers from counted group by department_name
),

ranked as (
    select
        counted.*,
        row_number() over (partition by department_name order by customers desc, article_row) as popular_rank
    from counted
)

select r.article_row, cast(round(r.customers / t.customers, 9) as float) as score
from ranked as r
inner join totals as t on t.department_name = r.department_name
where popular_rank <= $popular_length
order by r.department_name, popular_rank, r.article_row
