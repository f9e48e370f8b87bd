-- Articles that the same customers bought, within the span of together_pairs or, if $same_day is 1, on one day: for each
-- article its $neighbours strongest, by the cosine n_ab / sqrt(n_a * n_b), shrunk by $shrinkage.
with counted as (
    select
        article_row,
        neighbour_row,
        case when $same_day = 1 then customers_same_day else customers end as n
    from together_pairs
),

scored as (
    select
        p.article_row,
        p.neighbour_row,
        round(p.n / (sqrt(cast(a.n as double) * b.n) + $shrinkage), 9) as score
    from counted as p
    inner join together_buyers as a on a.article_row = p.article_row
    inner join together_buyers as b on b.article_row = p.neighbour_row
    where p.n >= 2
),

both_ways as (
    select article_row, neighbour_row, score from scored
    union all
    select neighbour_row as article_row, article_row as neighbour_row, score from scored
),

ranked as (
    select
        both_ways.*,
        row_number() over (partition by article_row order by score desc, neighbour_row) as neighbour_rank
    from both_ways
)

select article_row, neighbour_row, cast(score as float) as score
from ranked
where neighbour_rank <= $neighbours
order by article_row, neighbour_rank
