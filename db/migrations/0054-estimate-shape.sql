-- How the three values of an estimate spread: PERT leans on the likeliest, triangular does less so.

alter table use_case_estimates add column shape text not null default 'pert' check (shape in ('pert', 'triangular'));
comment on column use_case_estimates.shape is 'Distribution of all five figures between low, mode and high';
