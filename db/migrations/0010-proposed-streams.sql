-- The fleet asks of every node how many of its streams wait for acceptance: few of very many rows.
create index streams_proposed on streams (node_id) where status = 'proposed';
