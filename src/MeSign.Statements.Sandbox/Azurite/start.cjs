// Runs Azurite until standard input ends. The parent holds the other end of that pipe, so however the parent ends,
// kill -9 included, Azurite ends with it; and a parent that wants a clean stop only closes the pipe.
'use strict';

process.stdin.resume();
process.stdin.once('end', () => {
    process.emit('SIGTERM', 'SIGTERM');
    // Data is written first; then clients with idle keep-alive connections would hold it open.
    setTimeout(() => process.exit(0), 3000).unref();
});
process.stdin.once('error', () => process.exit(1));

// Ctrl+C in a terminal reaches every process of the group: the parent still needs storage to settle what it works on.
process.on('SIGINT', () => {});
const once = process.once;
process.once = (event, listener) => (event === 'SIGINT' ? process : once.call(process, event, listener));

require('azurite/dist/src/azurite.js');
