# Marks where a diagnostic is handed to a function or kept in a variable, and where a lint warns; comparisons, labels
# and tables stay. With MRP_MARK_LIST it prints the places instead.
BEGIN { $list = $ENV{MRP_MARK_LIST}; }
my $stays = /^\s*(?:\{|case |default)|^\s*static const|^#/;
$count = $stays ? 0 : s/(?<!case )(?<![=!<>]= )(?<![<>] )\bDIAGNOSTIC_(?!COUNT)([A-Z0-9_]+)\b/MUTATION_SITE($&)/g;
$count += s/(?<!struct diagnostic \*)\bwarn\(/MUTATION_WARN($., /g;
if ($list) {
    print "$ARGV:$.\n" if $count;
    $_ = '';
}
close ARGV if eof;
