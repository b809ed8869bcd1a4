// Runs Azurite until standard input ends. The parent holds the other end of that pipe, so however the parent ends,
// kill -9 included, Azurite ends with it; and a parent that wants a clean stop only closes the pipe.
'use strict';

process.stdin.resume();
process.stdin.once('end', () => process.emit('SIGTERM', 'SIGTERM'));
process.stdin.once('error', () => process.exit(1));

require('azurite/dist/src/azurite.js');
