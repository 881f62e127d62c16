# SPDX-License-Identifier: GPL-2.0-or-later
# Draws throttle-error.svg in the current folder from what ci/draw-figures puts there: surface-yes.dat, surface-no.dat,
# windows-yes.dat, windows-no.dat and ticks.gp. No background, and greys and hues that are readable on light and on dark.
grey = '#7f7f7f'
set encoding utf8
set terminal svg size 1120,430 font 'sans-serif,12'
set output 'throttle-error.svg'
set border linecolor rgb grey
set key textcolor rgb grey
set title textcolor rgb grey
set xlabel textcolor rgb grey
set ylabel textcolor rgb grey
set xtics textcolor rgb grey
set ytics textcolor rgb grey
set cbtics textcolor rgb grey
set multiplot

# Every cell is coloured by the power of ten of the error's size, and says the error itself.
set palette defined (0 '#00224e', 1 '#35456c', 2 '#666970', 3 '#948e77', 4 '#c8b866', 5 '#fee838')
set cbrange [-7:3]
unset colorbox
text(z) = abs(z) < 1e-3 ? sprintf('%.0e', z) : abs(z) < 1e-2 ? sprintf('%.1g', z) : abs(z) < 10 ? sprintf('%.2g', z) : sprintf('%.0f', z)
ink(z) = log10(abs(z) + 1e-12) > -2 ? 0x000000 : 0xffffff
set tics nomirror scale 0
set size 0.36, 1.0
load 'ticks.gp'
set xlabel 'ratio, %'

set origin 0.0, 0.0
set ylabel 'mean lateness, µs'
set title 'share error, %: nothing carried over'
plot 'surface-no.dat' using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):(log10(abs($3)+1e-12)) \
         with boxxyerror fillstyle solid noborder linecolor palette notitle, \
     '' using 1:2:(text($3)):(ink($3)) with labels font ',9' textcolor rgb variable notitle

set origin 0.34, 0.0
unset ylabel
set title 'share error, %: debt and credit carried over'
plot 'surface-yes.dat' using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):(log10(abs($3)+1e-12)) \
         with boxxyerror fillstyle solid noborder linecolor palette notitle, \
     '' using 1:2:(text($3)):(ink($3)) with labels font ',9' textcolor rgb variable notitle

set origin 0.69, 0.0
set size 0.31, 1.0
set title '10 % of 20 ms, 40 µs late'
set xlabel 'windows'
set ylabel 'size of the share error, %' textcolor rgb grey
set autoscale
set xtics autofreq scale 0.5
set ytics autofreq scale 0.5
set logscale xy
set format x '10^{%T}'
set format y '10^{%T}'
set xrange [1:1e6]
set yrange [1e-7:1e3]
set key bottom left reverse Left samplen 2
plot 'windows-no.dat' using 1:(abs($2)) with linespoints pointtype 5 pointsize 0.5 linecolor rgb '#d55e00' title 'not carried over', \
     'windows-yes.dat' using 1:3 with lines dashtype 2 linecolor rgb grey title 'bound', \
     '' using 1:(abs($2)) with linespoints pointtype 7 pointsize 0.5 linecolor rgb '#0072b2' title 'carried over'
unset multiplot
