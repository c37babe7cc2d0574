sandbox fail east.logs --hook Acme::Guard::Encrypted --reason "logs must be encrypted" hook.mrp
apply --sandbox --yes hook.mrp
status --sandbox hook.mrp
