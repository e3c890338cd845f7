// A chain with LangChain: draft, critique, revision. Each step is a call of the run; the chain itself knows nothing of it.
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI } from '@langchain/openai';
import { key, model, url, withRun } from './run.mjs';

await withRun('essay in three steps', [{ bucket: 'RMB', amount: '1' }], async (runId) => {
  const llm = new ChatOpenAI({ model, apiKey: key, configuration: { baseURL: `${url}/v1`, defaultHeaders: { 'x-forge-run': runId } } });
  const step = (text) => ChatPromptTemplate.fromTemplate(text).pipe(llm).pipe(new StringOutputParser());

  const topic = 'why every call should leave a receipt';
  const draft = await step('Write three sentences on {topic}.').invoke({ topic });
  const critique = await step('Name the weakest point of this text: {draft}').invoke({ draft });
  const revised = await step('Rewrite the text. Text: {draft} Critique: {critique}').invoke({ draft, critique });
  console.log(revised);
});
