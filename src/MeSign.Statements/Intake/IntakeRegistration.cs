using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Intake;

internal static class IntakeRegistration
{
    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<IntakeOptions>, IntakeOptionsValidator>();
        services.AddOptionsWithValidateOnStart<IntakeOptions>().BindConfiguration(IntakeOptions.Section);
        services.AddSingleton<JobReader>();
        services.AddSingleton<DocumentStore>();
        services.AddSingleton(provider => new BatchManifest(
            provider.GetRequiredService<BlobServiceClient>(), provider.GetRequiredService<IOptions<IntakeOptions>>()));
        return services;
    }
}
