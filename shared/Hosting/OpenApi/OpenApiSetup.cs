using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Platform.Hosting.OpenApi;

/// <summary>One description per module: its endpoints only, the key they take, and the problems they may answer with.</summary>
internal static class OpenApiSetup
{
    private const string SchemeName = "key";

    private static readonly (string Status, string Description)[] Problems =
    [
        ("400", "What was sent cannot be taken; errors lists every field that is wrong."),
        ("401", "A key is required."),
        ("403", "The key's role is too small."),
        ("404", "There is no such thing."),
        ("429", "Too many wrong keys from this address."),
        ("500", "Something went wrong here; the trace id finds it in the logs."),
    ];

    public static void Add(IServiceCollection services, IReadOnlyList<ServiceModule> modules)
    {
        foreach (var module in modules)
        {
            services.AddOpenApi(module.Name, options =>
            {
                options.ShouldInclude = description => description.GroupName == module.Name;
                options.AddDocumentTransformer((document, _, _) => Describe(document, module));
                options.AddOperationTransformer(AddProblemsAsync);
            });
        }
    }

    private static Task Describe(OpenApiDocument document, ServiceModule module)
    {
        document.Info = new OpenApiInfo { Title = "Platform: " + module.Name, Version = HostVersion.Text };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[SchemeName] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A key of the platform. The first start wrote an admin key to admin.key in the data folder.",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, document)] = [] }];
        return Task.CompletedTask;
    }

    private static async Task AddProblemsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(ProblemReport), null, cancellationToken);
        context.Document?.AddComponent(nameof(ProblemReport), schema);
        operation.Responses ??= [];
        foreach (var (status, description) in Problems)
        {
            operation.Responses.TryAdd(status, new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemReport.ContentType] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemReport), context.Document) },
                },
            });
        }
    }
}
