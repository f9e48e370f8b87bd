-- For each article, the $variants other colours and sizes of its product with most purchases in the last 28 days.
with sold as (
    select article_row, count(*) as purchases_28d
    from purchases
    where day < $as_of and day >= $as_of - 28
    group by article_row
),

ranked as (
    select
        a.article_row,
        b.article_row as neighbour_row,
        s.purchases_28d,
        row_number() over (
            partition by a.article_row order by s.purchases_28d desc, b.article_row
        ) as variant_rank
    from article_rows as a
    inner join article_rows as b on a.product_code = b.product_code and a.article_row <> b.article_row
    inner join sold as s on s.article_row = b.article_row
)

select article_row, neighbour_row, cast(purchases_28d as float) as score
from ranked
where variant_rank <= $variants
order by article_row, variant_rank
