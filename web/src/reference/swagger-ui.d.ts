declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface Request {
    url: string
    headers: Record<string, string>
  }
  /** The settings used here; all are on https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
  interface Settings {
    url: string
    dom_id: string
    deepLinking: boolean
    docExpansion: 'list' | 'full' | 'none'
    defaultModelsExpandDepth: number
    displayRequestDuration: boolean
    filter: boolean
    persistAuthorization: boolean
    tryItOutEnabled: boolean
    validatorUrl: string | null
    requestInterceptor: (request: Request) => Request
  }
  export default function SwaggerUI(settings: Settings): unknown
}
