/** Workers share a port, so whichever is asked for the metrics gives the sums of all: the process above them adds them up. */
import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { newId } from '../kernel/ids';

interface Question {
  readonly askForMetrics: string;
}

interface Answer {
  readonly answerOf: string;
  readonly text: string;
}

/** In the process above the workers. */
export function addUpMetricsOfWorkers(): void {
  const sums = new AggregatorRegistry();
  cluster.on('message', (worker: Worker, message: Partial<Question>) => {
    const { askForMetrics: answerOf } = message;
    if (answerOf === undefined) return;
    const answer = (text: string) => worker.isConnected() && worker.send({ answerOf, text } satisfies Answer);
    sums.clusterMetrics().then(answer, () => answer(''));
  });
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
