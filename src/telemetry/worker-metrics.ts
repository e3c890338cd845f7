/** Workers share a port, so whichever is asked for the metrics gives the sums of all: the process above them adds them up. */
import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client';
import { newId } from '../kernel/ids';

interface Question {
  readonly askForMetrics: string;
}

interface Answer {
  readonly answerOf: string;
  readonly text: string;
}

/** What the library gathers with. */
interface Told {
  readonly metrics: readonly Metrics[];
}

type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What only grows, and stays true of those that died. */
const GROWING: readonly unknown[] = ['counter', 'histogram'];

/**
 * In the process above the workers. What one counted that died stays in the sums, as it said it last: where a counter falls, Prometheus takes
 * all that is left of it for new. So it is for one that says nothing within the five seconds of the library.
 */
export function addUpMetricsOfWorkers(): void {
  const gathering = new AggregatorRegistry();
  const latest = new Map<number, Metrics>();
  let ofTheDead: Promise<Metrics> = Promise.resolve([]);
  cluster.on('message', (worker: Worker, { askForMetrics: answerOf, metrics }: Partial<Question & Told>) => {
    if (metrics !== undefined && !worker.isDead()) latest.set(worker.id, metrics.flat());
    if (answerOf === undefined) return;
    const answer = (text: string) => worker.isConnected() && worker.send({ answerOf, text } satisfies Answer);
    const sums = async () => addedUp([await ofTheDead, ...latest.values()]).metrics();
    gathering
      .clusterMetrics()
      .catch(() => undefined)
      .then(sums)
      .then(answer, () => answer(''));
  });
  cluster.on('exit', ({ id }: Worker) => {
    const grown = (latest.get(id) ?? []).filter(({ type }) => GROWING.includes(type));
    latest.delete(id);
    ofTheDead = ofTheDead.then((dead) => addedUp([dead, grown]).getMetricsAsJSON());
  });
}

function addedUp(all: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate(all.map((each) => [...each]));
}

/** In a worker: the sums of all. @throws Error when they cannot be had */
export function metricsOfAllWorkers(registry: Registry): () => Promise<string> {
  AggregatorRegistry.setRegistries(registry);
  new AggregatorRegistry();
  return () => {
    const question: Question = { askForMetrics: newId() };
    return new Promise((resolve, reject) => {
      const listen = ({ answerOf, text }: Partial<Answer>) => {
        if (answerOf !== question.askForMetrics) return;
        process.off('message', listen);
        if (text === undefined || text === '') reject(new Error('the metrics of the workers could not be added up'));
        else resolve(text);
      };
      process.on('message', listen);
      process.send?.(question);
    });
  };
}
