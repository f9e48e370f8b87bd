-- Articles that the same customers bought within $span_days of one another, over the last $window_days:
-- for each article its $neighbours strongest, by the cosine n_ab / sqrt(n_a * n_b), shrunk by $shrinkage.
-- A customer's pairs are drawn from the latest $lines_per_customer lines, which bounds the join.
with lines as (
    select
        customer_row,
        article_row,
        day,
        row_number() over (partition by customer_row order by day desc, article_row) as line_rank
    from purchases
    where day < $as_of and day >= $as_of - $window_days
),

kept as (
    select customer_row, article_row, day from lines where line_rank <= $lines_per_customer
),

totals as (
    select article_row, count(distinct customer_row) as n from kept group by article_row
),

pairs as (
    select x.article_row, y.article_row as neighbour_row, count(distinct x.customer_row) as n
    from kept as x
    inner join kept as y
        on x.customer_row = y.customer_row
        and x.article_row <> y.article_row
        and y.day - x.day <= $span_days
        and x.day - y.day <= $span_days
    group by x.article_row, y.article_row
    having count(distinct x.customer_row) >= 2
),

scored as (
    select
        p.article_row,
        p.neighbour_row,
        round(p.n / (sqrt(cast(a.n as double) * b.n) + $shrinkage), 9) as score
    from pairs as p
    inner join totals as a on a.article_row = p.article_row
    inner join totals as b on b.article_row = p.neighbour_row
),

ranked as (
    select
        scored.*,
        row_number() over (partition by article_row order by score desc, neighbour_row) as neighbour_rank
    from scored
)

select article_row, neighbour_row, cast(score as float) as score
from ranked
where neighbour_rank <= $neighbours
order by article_row, neighbour_rank
