/** The model as the API names it: `models/gemini-3-flash`; a name with a folder of its own, such as `tunedModels/mine`, stays. */
export function resourceName(upstreamModel: string): string {
  return upstreamModel.includes('/') ? upstreamModel : `models/${upstreamModel}`;
}
