// What Linux says of processes: CPU time and memory. Elsewhere the figures are missing, and the tables show a dash.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

const TICKS_PER_S = ticksPerSecond();

function ticksPerSecond() {
  try {
    return Number.parseInt(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }), 10);
  } catch {
    return 100;
  }
}

function readOrNull(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

/** CPU seconds of all threads of a process since its start, or NaN. */
function cpuSeconds(pid) {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return Number.NaN;
  // Counted from behind the name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** CPU seconds of everything on the machine since its start, or NaN. */
function machineSeconds() {
  const line = /^cpu +(.*)$/m.exec(readOrNull('/proc/stat') ?? '')?.[1];
  if (line === undefined) return Number.NaN;
  const [user, nice, system, , , irq, softirq] = line.split(' ').map(Number);
  return (user + nice + system + irq + softirq) / TICKS_PER_S;
}

/** Megabytes of memory, now and at most since the start, or NaN. */
function memoryMb(pid) {
  const status = readOrNull(`/proc/${pid}/status`) ?? '';
  const megabytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
  return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
}

/** The id of the only database server on this machine, or null: where there are several, none can be told from another. */
function databaseServerPid() {
  const running = fs.existsSync('/proc/self/comm') ? fs.readdirSync('/proc') : [];
  const found = running.filter((pid) => /^\d+$/.test(pid) && /^(mariadbd|mysqld)$/m.test(readOrNull(`/proc/${pid}/comm`) ?? ''));
  return found.length === 1 ? Number(found[0]) : null;
}

module.exports = { cpuSeconds, machineSeconds, memoryMb, databaseServerPid };
