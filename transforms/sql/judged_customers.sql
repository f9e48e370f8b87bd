-- The customers the Evaluator judges: those who bought on or after day $cut and before day $end, with the attributes
-- that slice the figures, as of $cut.
with bought as (
    select customer_row
    from purchases
    where day >= $cut and day < $end
    group by customer_row
),

earlier as (
    select
        customer_row,
        sum(case when day >= $cut - 30 then units else 0 end) as units_30d
    from purchases
    where day < $cut
    group by customer_row
)

select
    c.customer_row,
    c.customer_id,
    case
        when c.age is null then 'unknown'
        when c.age < 25 then 'below 25'
        when c.age < 35 then '25 to 34'
        when c.age < 50 then '35 to 49'
        else '50 and older'
    end as age_group,
    coalesce(c.club_member_status, 'unknown') as club_member_status,
    case when coalesce(e.units_30d, 0) = 0 then 'none' when e.units_30d < 5 then 'few' else 'many' end as activity,
    case when e.customer_row is null then 'new' else 'returning' end as standing
from bought as b
inner join customer_rows as c on c.customer_row = b.customer_row
left join earlier as e on e.customer_row = b.customer_row
order by c.customer_row
