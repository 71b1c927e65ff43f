-- A KPI on the health of a device or a node: the share of the readings due from its streams that came.

alter table kpi_versions
  add column node_id text references nodes,
  add column device_id int references devices,
  add constraint kpi_versions_device check (
    (node_id is null or device_id is null) and (source = 'device' or (node_id is null and device_id is null))) not valid;
alter table kpi_versions validate constraint kpi_versions_device;
comment on column kpi_versions.node_id is 'Source device: the node whose health it is, by all of its streams';
comment on column kpi_versions.device_id is 'Source device: the device whose health it is. Neither: nobody chose one, and the KPI is unknown';
create index kpi_versions_node on kpi_versions (node_id) where node_id is not null;
create index kpi_versions_device_id on kpi_versions (device_id) where device_id is not null;
