-- Set-up names the organisation before anybody is signed in.
grant update (name) on orgs to throughline_door;
