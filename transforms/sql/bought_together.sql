-- The $neighbours articles most often bought by the same customers as each article. If $same_day is 1, only purchases
-- of one day count; otherwise all pairs of article_pairs. The score is the cosine n_ab / sqrt(n_a * n_b) of the numbers
-- of customers, with $shrinkage added to the denominator. `customers` is n_ab.
with counted as (
    select
        article_row,
        neighbour_row,
        case when $same_day = 1 then customers_same_day else customers end as customers
    from article_pairs
),

scored as (
    select
        p.article_row,
        p.neighbour_row,
        p.customers,
        round(p.customers / (sqrt(cast(a.customers as double) * b.customers) + $shrinkage), 9) as score
    from counted as p
    inner join article_buyers as a on a.article_row = p.article_row
    inner join article_buyers as b on b.article_row = p.neighbour_row
    where p.customers >= 2
),

both_directions as (
    select article_row, neighbour_row, customers, score from scored
    union all
    select neighbour_row as article_row, article_row as neighbour_row, customers, score from scored
),

ranked as (
    select
        both_directions.*,
        row_number() over (partition by article_row order by score desc, neighbour_row) as neighbour_rank
    from both_directions
)

select article_row, neighbour_row, cast(customers as integer) as customers, cast(score as float) as score
from ranked
where neighbour_rank <= $neighbours
order by article_row, neighbour_rank
